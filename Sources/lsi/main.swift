print("lsi")
