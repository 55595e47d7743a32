# `make lab` opens the course; `make test` checks all of it; `make help` lists the rest.
# The work is done by tools/course.py, which also runs where there is no make (Windows).
ifeq ($(OS),Windows_NT)
PYTHON ?= python
else
PYTHON ?= python3
endif
COURSE = $(PYTHON) tools/course.py

.DEFAULT_GOAL := help
.PHONY: help lab test setup notebooks html lock clean study-attention pretrain bench bench-translation student teacher

# set up what is missing, then open JupyterLab; LAB_ARGS goes to JupyterLab (LAB_ARGS='--port 9000')
lab:
	@$(COURSE) lab $(LAB_ARGS)

# execute the notebooks again and store them; ONLY='01 02' chooses some
notebooks:
	@$(COURSE) notebooks $(ONLY)

# pin the packages again; UPGRADE=1 moves all of them to the newest versions
lock:
	@$(COURSE) lock $(if $(UPGRADE),--upgrade)

# measure the speed of both sides; ONLY='1 4' chooses sections, BENCH_ARGS=--quick tries it out
bench:
	@$(COURSE) bench $(if $(ONLY),--only $(ONLY)) $(BENCH_ARGS)

help test setup html clean study-attention pretrain bench-translation student teacher:
	@$(COURSE) $@
