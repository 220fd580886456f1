#include "host/config_command.h"

#include "host/config.h"
#include "host/config_schema.h"

int hg_config_command_schema(const struct hg_config_wish *wish, FILE *out, FILE *complaints)
{
	struct hg_faults faults;
	struct hg_text text;

	hg_faults_init(&faults);
	hg_text_init(&text);
	struct hg_config *c = hg_config_load(wish, &faults);
	if (!faults.n_errors) {
		hg_config_schema(&c->main.plugin_path, &faults, &text);
		fputs(text.p, out);
	}
	hg_faults_print(&faults, complaints);
	int status = faults.n_errors || fflush(out) != 0 ? 1 : 0;
	hg_text_fini(&text);
	hg_config_free(c);
	hg_faults_fini(&faults);
	return status;
}
