/* The nominal run with real firmware: what the checks say of boards and images made for them. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/checks/check.h"
#include "harness/checks/nominal.h"
#include "sim/err.h"

TestSuite(nominal, .timeout = 300);

struct nominal_case {
    const char *board, *set, *edit, *firmware;
    enum check_profile profile;
    bool curves; /* too, which test_curves.c looks at closer */
};

struct outcome {
    struct board board;
    struct check_nominal *nominal;
    struct check_report report;
};

static bool is_built(const char *image) {
    char path[512];
    struct stat status;
    snprintf(path, sizeof path, FIRMWARE_DIR "/%s.elf", image);
    return stat(path, &status) == 0;
}

static void judge(struct outcome *out, const struct nominal_case *c) {
    struct sim_err err = SIM_ERR_INIT;
    const struct board_request request = {.board = c->board,
                                          .sets = &c->set,
                                          .n_sets = c->set != NULL,
                                          .edits = &c->edit,
                                          .n_edits = c->edit != NULL};
    *out = (struct outcome){.report = {.profile = c->profile}};
    cr_assert(board_load(&out->board, &request, &err), "%s", err.text);
    const struct check_nominal_request nominal = {
        .board = &out->board, .seed = 1, .firmware = c->firmware};
    cr_assert(check_nominal_run(&nominal, &out->nominal, &err), "%s", err.text);
    const struct check_context context = {.board = &out->board, .nominal = out->nominal};
    const char *only[128];
    size_t n = 0;
    for (size_t i = 0; checks[i]; i++)
        if (c->curves || !(checks[i]->needs & CHECK_NEEDS_CURVES))
            only[n++] = checks[i]->id;
    cr_assert_lt(n, sizeof only / sizeof *only);
    only[n] = NULL;
    cr_assert(check_all(&context, only, &out->report, &err), "%s", err.text);
}

static void finish(struct outcome *out) {
    check_report_finish(&out->report);
    check_nominal_destroy(out->nominal);
    board_finish(&out->board);
}

/* The check's first finding of at least that severity that is not static; NULL: none. */
static const struct check_finding *found(const struct outcome *out, const char *id,
                                         enum check_severity least) {
    for (size_t i = 0; i < out->report.n_findings; i++) {
        const struct check_finding *f = &out->report.findings[i];
        if (f->severity >= least && strcmp(f->check->id, id) == 0)
            return f;
    }
    return NULL;
}

static void expect_failures(const struct outcome *out, const char *const *ids) {
    for (size_t i = 0; i < out->report.n_findings; i++) {
        const struct check_finding *f = &out->report.findings[i];
        size_t k = 0;
        while (ids[k] && strcmp(ids[k], f->check->id) != 0)
            k++;
        if (f->check->of != CHECK_STATIC && f->severity == CHECK_FAILURE)
            cr_expect_not_null(ids[k], "%s: %s", f->check->id, f->text);
    }
    for (size_t k = 0; ids[k]; k++)
        cr_expect_not_null(found(out, ids[k], CHECK_FAILURE), "%s finds nothing", ids[k]);
}

#define NEEDS(image)                                                                               \
    if (!is_built(image))                                                                          \
    cr_skip_test(image " was not built")

Test(nominal, the_reference_board_does_its_work) {
    NEEDS("netif_f401");
    static const char *const none[] = {NULL};
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield", .curves = true});
    const struct check_nominal *n = out.nominal;
    cr_assert_not_null(n->run, "%s", n->why_not);
    cr_expect(n->run->pass, "%s", n->run->reason);
    cr_expect(n->dhcp.answered, "%s", n->dhcp.detail);
    cr_expect(n->ping.answered, "%s", n->ping.detail);
    cr_expect(n->page.answered, "%s", n->page.detail);
    cr_expect_lt(n->ping.seconds, 0.002, "a ping takes %g s", n->ping.seconds);
    cr_expect_lt(n->hsi_share, 0.01, "the image runs from HSE");
    cr_expect_gt(n->stack_free, 1000U);
    cr_expect_lt(n->stack_free, 96U * 1024);
    expect_failures(&out, none);
    finish(&out);
}

Test(nominal, the_standard_asks_the_reference_board_for_more) {
    NEEDS("netif_f401");
    static const char *const ids[] = {"jitter-tolerance", "squelch",        "tx-amplitude",
                                      "tx-idl",           "tx-enable-late", NULL};
    struct outcome out;
    judge(&out, &(struct nominal_case){
                    .board = "nucleo_shield", .profile = CHECK_STANDARD, .curves = true});
    expect_failures(&out, ids);
    const struct check_finding *f = found(&out, "tx-amplitude", CHECK_FAILURE);
    cr_expect(f && strcmp(f->part, "R2") == 0, "the amplitude is behind R2");
    finish(&out);
}

Test(nominal, revision_1_drives_no_frame) {
    NEEDS("netif_f401");
    static const char *const ids[] = {"frames-sent", "dhcp", NULL};
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield_rev1"});
    expect_failures(&out, ids);
    const struct check_finding *f = found(&out, "frames-sent", CHECK_FAILURE);
    cr_assert_not_null(f);
    cr_expect_not_null(strstr(f->text, "/tx_ena never rises"), "%s", f->text);
    cr_expect_not_null(strstr(f->text, "the dead stage is U8A"), "%s", f->text);
    cr_expect_str_eq(f->part, "U8");
    cr_expect_str_eq(f->net, "/tx_ena");
    finish(&out);
}

Test(nominal, at_the_datasheets_delays_the_bit_clock_recovers_late) {
    NEEDS("netif_f401");
    static const char *const ids[] = {"frames-recovered", "one-shot-recovery", "dhcp", NULL};
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield", .set = "delay.scale=1"});
    expect_failures(&out, ids);
    const struct check_finding *f = found(&out, "one-shot-recovery", CHECK_FAILURE);
    cr_assert_not_null(f);
    cr_expect_str_eq(f->net, "Net-(C9-Pad2)");
    cr_expect_not_null(strstr(f->advice, "R5, C9"), "%s", f->advice);
    finish(&out);
}

Test(nominal, the_internal_oscillator_is_no_clock_for_the_standard) {
    NEEDS("netif_f401_hsi");
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield",
                                       .firmware = "netif_f401_hsi",
                                       .profile = CHECK_STANDARD});
    cr_expect_not_null(found(&out, "clock-source", CHECK_FAILURE));
    cr_expect_lt(fabs(out.nominal->hsi_share - 1), 0.01);
    finish(&out);
}

Test(nominal, a_slow_driver_loses_frames_and_no_order) {
    NEEDS("rxdump_f401_rearm_slow");
    static const char *const none[] = {NULL};
    struct outcome out;
    judge(&out,
          &(struct nominal_case){.board = "nucleo_shield", .firmware = "rxdump_f401_rearm_slow"});
    expect_failures(&out, none);
    cr_expect_not_null(found(&out, "rearm", CHECK_RESERVATION));
    cr_expect_not_null(found(&out, "frames-delivered", CHECK_RESERVATION));
    cr_expect_not(out.nominal->dhcp.asked, "an image that sends nothing is not talked to");
    cr_expect_not_null(strstr(out.nominal->dhcp.detail, "does not talk"), "%s",
                       out.nominal->dhcp.detail);
    finish(&out);
}

/* The image of another chip: it finds no clock where it looks for one. */
Test(nominal, a_wrong_image_shows_in_its_mistakes) {
    NEEDS("netif_f100");
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield", .firmware = "netif_f100"});
    cr_expect_not_null(found(&out, "firmware-misuse", CHECK_RESERVATION));
    cr_expect_not_null(found(&out, "frames-delivered", CHECK_RESERVATION));
    finish(&out);
}

Test(nominal, the_small_chip_talks_and_has_little_stack) {
    NEEDS("netif_f100");
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield", .set = "mcu.chip=f100rb"});
    cr_expect(out.nominal->dhcp.answered, "%s", out.nominal->dhcp.detail);
    cr_expect(out.nominal->page.answered, "%s", out.nominal->page.detail);
    cr_expect_lt(out.nominal->stack_free, 1028U, "its linker script leaves it 1024 octets");
    cr_expect_gt(out.nominal->stack_free, 104U);
    finish(&out);
}

Test(nominal, without_firmware_the_receiver_alone_is_judged) {
    static const char *const none[] = {NULL};
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield", .firmware = "none"});
    cr_assert_not_null(out.nominal->run, "%s", out.nominal->why_not);
    expect_failures(&out, none);
    bool told = false;
    for (size_t i = 0; i < out.report.n_not_run; i++)
        told = told || strcmp(out.report.not_run[i].check->id, "page") == 0;
    cr_expect(told, "that no page was asked for is told");
    finish(&out);
}

Test(nominal, a_board_without_attachments_says_what_is_missing) {
    struct outcome out;
    judge(&out, &(struct nominal_case){.board = "nucleo_shield", .set = "attach.spi_clk="});
    cr_expect_null(out.nominal->run);
    cr_expect_not_null(strstr(out.nominal->why_not, "attach.spi_clk"), "%s", out.nominal->why_not);
    finish(&out);
}

Test(nominal, is_the_same_each_time) {
    NEEDS("netif_f401");
    const struct nominal_case c = {.board = "nucleo_shield"};
    struct outcome a, b;
    judge(&a, &c);
    judge(&b, &c);
    cr_assert_eq(a.report.n_margins, b.report.n_margins);
    for (size_t i = 0; i < a.report.n_margins; i++)
        cr_expect_eq(a.report.margins[i].value, b.report.margins[i].value, "%s",
                     a.report.margins[i].name);
    cr_expect_eq(a.nominal->ping.seconds, b.nominal->ping.seconds);
    cr_expect_eq(a.nominal->firmware.instructions, b.nominal->firmware.instructions);
    finish(&a);
    finish(&b);
}
