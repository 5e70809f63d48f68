/* Any octets as a capture: frames within their bounds, then an end or one clear line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/capture.h"
#include "models/line/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right) {
    if (!right)
        abort();
}

static void check_error(const struct sim_err *err) {
    check(err->cls == SIM_ERR_INPUT && err->text[0] && !strchr(err->text, '\n'));
}

static unsigned sum;

static void check_frame(const struct capture_frame *frame) {
    check(frame->length >= CAPTURE_MIN_FRAME && frame->length <= LINE_MAX_FRAME - 4);
    for (size_t i = 0; i < frame->length; i++)
        sum += frame->octets[i]; /* the sanitizer sees every octet */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct capture_frame frame;
    enum capture_status status;
    FILE *stream = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;
    if (!stream)
        return 0;
    struct capture *capture = capture_open_stream(stream, "fuzz", &err);
    if (!capture) {
        check_error(&err);
        return 0;
    }
    while ((status = capture_next(capture, &frame, &err)) <= CAPTURE_SKIPPED)
        if (status == CAPTURE_FRAME)
            check_frame(&frame);
        else
            check(frame.skip[0]);
    if (status == CAPTURE_DAMAGED)
        check_error(&err);
    check(capture_next(capture, &frame, &err) == CAPTURE_END);
    capture_close(capture);
    return 0;
}
