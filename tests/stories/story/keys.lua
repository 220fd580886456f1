-- keys - clients' keys with the hashes that a configuration keeps of them. They open nothing.
local M = {}
M.ci = {
	key = "hgk_1DVLUPb8MWlSHaWTEBxMZctIho0VF6H0RvQbZ1WEDeI",
	hash = "sha256:c781c0b4b59a3d8c96f1bd0ed816f9726afbe7752f5023f9e9e9ce6749aec7dd",
}
M.bot = {
	key = "hgk_l2pi4cLeTDqBihnWgklsb3QO1ahyLhjT2c9JuaG45s7",
	hash = "sha256:c70ed4305e251d9132ed9a44ae3cb6a6106c15d5a0e8b99125107c4dea8a31e6",
}
M.old = {
	key = "hgk_izKmMQ13EWUzr3oZCJbQtiAFDcRiE5vlQD9QZzQsq0N",
	hash = "sha256:88fa4689d620302af3606fe60e5e8f9d702f7433c8b089008a946101d7c427f6",
}
M.stale = {
	key = "hgk_6hGbuTcZMCxIymrWmORyqNXbujDZpGbHGpmwQGWmv9G",
	hash = "sha256:11b7de9899051dba795d4d517c76ae2b5b3830be76de8dfdfc5ef9f15085a0cd",
}
return M
