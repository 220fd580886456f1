#include "host/command/cli.h"

int main(int argc, char **argv)
{
	return hg_cli(argc, argv);
}
