# The tasks are in .ci/run; make passes its targets on.
.DEFAULT_GOAL := help
.PHONY: $(MAKECMDGOALS) help
$(or $(MAKECMDGOALS),help):
	@.ci/run $@
