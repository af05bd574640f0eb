#include "CHDF5.h"

#include <stdio.h>

typedef struct {
    char *text;
    size_t capacity;
} message;

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *error, void *context) {
    message *target = context;
    if (depth == 0 && error->desc) snprintf(target->text, target->capacity, "%s", error->desc);
    return 0;
}

void lsi_h5_error(char *text, size_t capacity) {
    message target = {text, capacity};
    if (capacity == 0) return;
    text[0] = 0;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &target);
}

typedef struct {
    void (*take)(const char *, void *);
    void *context;
} visitor;

static herr_t visit(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    visitor *target = context;
    (void)group;
    if (info->type == H5L_TYPE_HARD) target->take(name, target->context);
    return 0;
}

herr_t lsi_h5_visit_links(hid_t file, void (*take)(const char *, void *), void *context) {
    visitor target = {take, context};
    return H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, visit, &target);
}
