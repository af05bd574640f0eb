#ifndef LSI_CKERNELS_H
#define LSI_CKERNELS_H
#endif
