/* `linkpulse wave FILE` */
#include "harness/verbs.h"

#ifndef LINKPULSE_VIEW

int verb_wave(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    (void)options;
    sim_err_set(&err, SIM_ERR_ENVIRONMENT,
                "this program was built without the waveform viewer; install " LINKPULSE_NO_VIEW
                " and build again");
    return verbs_fail(&err);
}

#else

#include <stdio.h>

#include "harness/view/decode_export.h"
#include "harness/view/paint.h"
#include "harness/view/view.h"
#include "harness/view/wave_setup.h"
#include "harness/view/window.h"

/* A run's last line is its own verdict: of a picture is then told on stderr. */
static bool write_picture(const struct options *options, const struct view *view,
                          struct paint *paint, const char *name, struct sim_err *err) {
    FILE *out = options->verb == OPTIONS_WAVE ? stdout : stderr;
    char from[64], to[64], path[1024];
    if (!paint)
        return false;
    if (!options_out_path(options, name, path, sizeof path))
        return sim_err_set(err, SIM_ERR_INPUT, "%s: the path is too long", name);
    draw_view(view, paint);
    if (!paint_save(paint, path, err))
        return false;
    view_time_text(view, view->from, from, sizeof from);
    view_time_text(view, view->from + view->span, to, sizeof to);
    size_t rows = layout_rows_seen(view);
    fprintf(out, "wrote %s: %ux%u, %zu row%s, %s to %s\n", path, paint->width, paint->height, rows,
            rows == 1 ? "" : "s", from, to);
    return true;
}

static bool pictures(const struct options *options, const struct view *view, struct sim_err *err) {
    const struct options_wave *wave = &options->wave;
    bool good = true;
    struct paint *paint;
    if (wave->screenshot) {
        paint = paint_surface_create(view->width, view->height, err);
        good = write_picture(options, view, paint, wave->screenshot, err);
        paint_destroy(paint);
    }
    if (good && wave->svg) {
        paint = paint_svg_create(view->width, view->height, err);
        good = write_picture(options, view, paint, wave->svg, err);
        paint_destroy(paint);
    }
    return good;
}

static bool decode(const struct options *options, const struct view *view, struct sim_err *err) {
    const struct options_wave *wave = &options->wave;
    struct decode_export job;
    if (!decode_export_init(&job, view->store, wave->decode, err))
        return false;
    if ((wave->from || wave->to) &&
        !wave_range(view, wave, &job.request.from, &job.request.to, err))
        return false;
    job.request.code = view->code;
    job.request.function = view->code ? code_function : NULL;
    return decode_export(&job, stdout, options->json, err);
}

int verb_wave(const struct options *options) {
    struct sim_err err = SIM_ERR_INIT;
    struct view view = {0};
    if (!verbs_check_pictures(options, &err) || !wave_setup(&view, options, stderr, &err))
        return verbs_fail(&err);
    const struct options_wave *wave = &options->wave;
    bool good = wave->decode                    ? decode(options, &view, &err)
                : wave->screenshot || wave->svg ? pictures(options, &view, &err)
                                                : window_run(&view, &err);
    view_finish(&view);
    return good ? 0 : verbs_fail(&err);
}

#endif
