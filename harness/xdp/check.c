#include "harness/xdp/check.h"

#include <stdlib.h>
#include <string.h>

#include "harness/xdp/interpreter.h"
#include "harness/xdp/kernel.h"

struct xdp_check {
    struct xdp_setup setup;
    struct xdp_object object;
    struct xdp_interpreter *interpreter;
    struct xdp_kernel *kernel; /* NULL: not asked */
    struct xdp_survey survey;
    uint64_t counts[FLOW_CLASSES]; /* of the interpreted program, before this frame */
    uint64_t disagreed, not_asked;
    struct xdp_disagreement disagreements[XDP_MAX_DISAGREEMENTS];
    size_t n_disagreements;
};

static bool open_interpreter(struct xdp_check *check, struct sim_err *err) {
    const char *name = check->setup.program == XDP_REFERENCE ? "reference" : "flow";
    char path[4096];
    if (!xdp_object_path(name, path, sizeof path, err) ||
        !xdp_object_read(&check->object, path, err))
        return false;
    check->interpreter = xdp_interpreter_create(&check->object, &check->setup, err);
    return check->interpreter;
}

struct xdp_check *xdp_check_create(const struct xdp_setup *setup, char *kernel_why, size_t size,
                                   struct sim_err *err) {
    struct sim_err refused = SIM_ERR_INIT;
    struct xdp_check *check = calloc(1, sizeof *check);
    if (!check)
        abort();
    check->setup = *setup;
    kernel_why[0] = 0;
    if (!open_interpreter(check, err))
        goto failed;
    check->kernel = xdp_kernel_create(setup, &refused);
    if (check->kernel)
        return check;
    sim_format(kernel_why, (unsigned)size, "%s", refused.text);
    if (refused.cls == SIM_ERR_ENVIRONMENT)
        return check;
    *err = refused;
failed:
    xdp_check_destroy(check);
    return NULL;
}

void xdp_check_destroy(struct xdp_check *check) {
    if (!check)
        return;
    xdp_kernel_destroy(check->kernel);
    xdp_interpreter_destroy(check->interpreter);
    xdp_object_finish(&check->object);
    xdp_survey_finish(&check->survey);
    free(check);
}

/* The class the interpreted program counted this frame in. `reference` counts nothing. */
static enum flow_class counted(struct xdp_check *check, enum flow_class native) {
    const uint8_t *values = xdp_interpreter_values(check->interpreter, "counts");
    enum flow_class of = FLOW_CLASSES;
    if (!values)
        return native;
    for (unsigned i = 0; i < FLOW_CLASSES; i++) {
        uint64_t now;
        memcpy(&now, values + i * sizeof now, sizeof now);
        if (now != check->counts[i])
            of = i;
        check->counts[i] = now;
    }
    return of;
}

static bool same(const struct xdp_decision *a, const struct xdp_decision *b) {
    return a->action == b->action && a->slot == b->slot;
}

bool xdp_check_frame(struct xdp_check *check, const uint8_t *frame, size_t n, struct sim_err *err) {
    struct xdp_disagreement d = {0};
    struct xdp_inside inside;
    uint32_t hash;
    d.by[XDP_BY_NATIVE] = xdp_native(&check->setup, frame, n, &inside);
    d.by[XDP_BY_KERNEL] = d.by[XDP_BY_NATIVE];
    if (!xdp_interpret(check->interpreter, frame, n, &d.by[XDP_BY_INTERPRETER], err))
        return false;
    bool ask = check->kernel && n >= XDP_KERNEL_SHORTEST && n <= XDP_KERNEL_LONGEST;
    check->not_asked += check->kernel && !ask;
    if (ask && (!xdp_kernel_decide(check->kernel, frame, n, &d.by[XDP_BY_KERNEL], err) ||
                !xdp_kernel_hash(check->kernel, frame, n, &hash, err)))
        return false;
    xdp_survey_add(&check->survey, frame, n, &inside, &d.by[XDP_BY_NATIVE], ask ? &hash : NULL);
    d.frame = check->survey.frames;
    d.of[XDP_BY_NATIVE] = d.of[XDP_BY_KERNEL] = inside.of;
    d.of[XDP_BY_INTERPRETER] = counted(check, inside.of);
    if (same(&d.by[0], &d.by[1]) && same(&d.by[0], &d.by[2]) && d.of[0] == d.of[1])
        return true;
    check->disagreed++;
    if (check->n_disagreements < XDP_MAX_DISAGREEMENTS)
        check->disagreements[check->n_disagreements++] = d;
    return true;
}

struct xdp_checked xdp_checked(const struct xdp_check *check) {
    return (struct xdp_checked){
        .frames = check->survey.frames,
        .disagreed = check->disagreed,
        .kernel = check->kernel != NULL,
        .not_asked = check->not_asked,
        .disagreements = check->disagreements,
        .n_disagreements = check->n_disagreements,
        .survey = &check->survey,
    };
}
