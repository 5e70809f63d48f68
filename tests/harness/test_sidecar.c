#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/view/sidecar.h"
#include "harness/wave_sidecar.h"

static char dir[64], wave[96], path[128];

static void setup(void) {
    strcpy(dir, "/tmp/test-sidecar-XXXXXX");
    cr_assert(mkdtemp(dir));
    snprintf(wave, sizeof wave, "%s/a.vcd", dir);
    snprintf(path, sizeof path, "%s.lpwave", wave);
    FILE *f = fopen(wave, "w");
    cr_assert(f);
    fputs("0123456789", f);
    fclose(f);
}

static void remove_dir(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(sidecar, .init = setup, .fini = remove_dir);

static bool shown_by(void *user, const char *net, char *out, size_t size) {
    (void)user;
    snprintf(out, size, "spi.%s", net);
    return strcmp(net, "/sck_rx") == 0;
}

static void send(struct wave_sidecar *s, uint64_t frame, sim_time at, size_t n, bool keep) {
    uint8_t octets[64];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(frame + i);
    wave_sidecar_sending(s, frame, "dir/b.pcap", frame + 10, octets, n);
    wave_sidecar_data(s, at + 6400, at + 10000);
    wave_sidecar_line(s, at);
    wave_sidecar_line(s, at + 11000);
    wave_sidecar_select(s, at + 7000, at + 12000);
    wave_sidecar_select(s, at + 12100, at + 12200); /* a glitch behind it */
    if (keep)
        wave_sidecar_keep(s);
}

/* Frames 2 and 3 of 4, the second of them delivered late, the first lost. */
static void write_file(void) {
    struct sim_err err = SIM_ERR_INIT;
    struct wave_sidecar *s = wave_sidecar_create();
    struct run_failure lost = {.kind = RUN_LOST,
                               .time = 60000,
                               .stage = "firmware",
                               .cause = "DMA not armed",
                               .net = "/sck_rx",
                               .detail = "no \"room\""};
    struct run_failure outside = {.kind = RUN_EXTRA, .time = 900000};
    send(s, 1, 10000, 8, false);
    send(s, 2, 50000, 16, true);
    send(s, 3, 80000, 64, true);
    send(s, 4, 120000, 8, false);
    wave_sidecar_delivered(s, 3, 150000);
    wave_sidecar_delivered(s, 9, 1);
    wave_sidecar_failed(s, 0, &outside);
    wave_sidecar_failed(s, 2, &lost);
    wave_sidecar_threshold(s, "volts./x", "U2", 1.8, 2.7);
    struct wave_sidecar_facts facts = {
        .from = 40000, .to = 200000, .firmware = true, .signal_of = shown_by};
    cr_assert(wave_sidecar_write(s, wave, &facts, &err), "%s", err.text);
    cr_assert_eq(wave_sidecar_delivery(s, 3), 150000);
    cr_assert_eq(wave_sidecar_delivery(s, 2), SIM_NEVER);
    wave_sidecar_destroy(s);
}

static struct sidecar *read_file(void) {
    struct sim_err err = SIM_ERR_INIT;
    struct sidecar *s;
    cr_assert(sidecar_load(wave, NULL, &s, &err), "%s: %s", err.file, err.text);
    return s;
}

Test(sidecar, is_read_as_written) {
    write_file();
    struct sidecar *s = read_file();
    cr_assert(s && s->n_packets == 2 && s->n_failures == 1 && s->n_thresholds == 1 && !s->cut);
    const struct sidecar_packet *p = &s->packets[0];
    cr_assert(p->frame == 2 && p->index == 12 && p->from == 50000 && p->to == 61000);
    cr_assert(p->selected == 57000 && p->deselected == 62000 && p->delivered == INT64_MIN);
    cr_assert(p->data_from == 56400 && p->data_to == 60000 && p->n_octets == 16);
    cr_assert_eq(p->octets[15], 17);
    cr_assert_str_eq(p->capture, "dir/b.pcap");
    cr_assert_str_eq(p->verdict, "lost");
    cr_assert_str_eq(p->cause, "DMA not armed");
    cr_assert_eq(s->packets[1].delivered, 150000);
    cr_assert_str_eq(s->packets[1].verdict, "recovered");
    cr_assert_null(s->packets[1].cause);
    cr_assert(s->failures[0].time == 60000 && s->failures[0].packet == 0);
    cr_assert_str_eq(s->failures[0].signal, "spi./sck_rx");
    cr_assert_str_eq(s->failures[0].text, "lost at firmware, /sck_rx: no \"room\"");
    cr_assert_str_eq(s->thresholds[0].signal, "volts./x");
    cr_assert(s->thresholds[0].low == 1.8 && s->thresholds[0].high == 2.7 && !s->elf);
    sidecar_close(s);
}

Test(sidecar, finds_the_packet_of_a_moment) {
    write_file();
    struct sidecar *s = read_file();
    static const struct {
        int64_t time;
        uint64_t frame;
    } AT[] = {{49999, 0}, {50000, 2}, {62000, 2},  {62001, 0},
              {80000, 3}, {91000, 3}, {150000, 3}, {150001, 0}};
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
        const struct sidecar_packet *p = sidecar_packet_at(s, AT[i].time);
        cr_assert_eq(p ? p->frame : 0, AT[i].frame, "at %ld", (long)AT[i].time);
    }
    cr_assert_null(sidecar_packet_at(NULL, 0));
    sidecar_close(s);
}

Test(sidecar, absent_or_about_other_waves) {
    struct sim_err err = SIM_ERR_INIT;
    struct sidecar *s = read_file();
    cr_assert_null(s, "there is none");
    write_file();
    FILE *f = fopen(wave, "a");
    fputs("more", f);
    fclose(f);
    cr_assert(!sidecar_load(wave, NULL, &s, &err) && !s);
    cr_assert_str_eq(err.file, path);
    cr_assert(strstr(err.text, "other waves"), "%s", err.text);
    wave_sidecar_remove(wave);
    cr_assert_neq(access(path, F_OK), 0);
}

Test(sidecar, what_is_too_much_is_said) {
    struct sim_err err = SIM_ERR_INIT;
    struct wave_sidecar *s = wave_sidecar_create();
    for (uint64_t frame = 1; frame <= (1 << 16) + 1; frame++) {
        wave_sidecar_sending(s, frame, "a", frame, (const uint8_t *)"x", 1);
        wave_sidecar_line(s, (sim_time)frame * 100);
        wave_sidecar_keep(s);
    }
    wave_sidecar_line(s, SIM_S); /* of the one too many, not of the last listed */
    struct wave_sidecar_facts facts = {.to = SIM_S};
    cr_assert(wave_sidecar_write(s, wave, &facts, &err), "%s", err.text);
    wave_sidecar_destroy(s);
    struct sidecar *back = read_file();
    cr_assert(back && back->cut && back->n_packets == 1 << 16);
    cr_assert_eq(back->packets[back->n_packets - 1].to, (1 << 16) * 100);
    sidecar_close(back);
}

Test(sidecar, more_thresholds_than_listed_are_said) {
    struct sim_err err = SIM_ERR_INIT;
    for (size_t n = 1024; n <= 1025; n++) {
        struct wave_sidecar *s = wave_sidecar_create();
        for (size_t i = 0; i < n; i++)
            wave_sidecar_threshold(s, "volts./x", "U2", 1.8, 2.7);
        struct wave_sidecar_facts facts = {.to = SIM_S};
        cr_assert(wave_sidecar_write(s, wave, &facts, &err), "%s", err.text);
        wave_sidecar_destroy(s);
        struct sidecar *back = read_file();
        cr_assert(back && back->n_thresholds == 1024);
        cr_assert_eq(back->cut, n > 1024);
        sidecar_close(back);
    }
}

/* Two of each frame, all at one time or each before the last; every third frame is not kept. */
static struct wave_sidecar *many_failures(bool falling) {
    struct wave_sidecar *s = wave_sidecar_create();
    for (uint64_t frame = 1; frame <= 100; frame++)
        send(s, frame, (sim_time)frame * 100000, 8, frame % 3 != 0);
    for (uint64_t i = 0; i < 200; i++) {
        struct run_failure failure = {.kind = RUN_LOST, .time = falling ? 999 - (sim_time)i : 5};
        snprintf(failure.cause, sizeof failure.cause, "%u", (unsigned)i);
        snprintf(failure.detail, sizeof failure.detail, "%u", (unsigned)i);
        wave_sidecar_failed(s, i % 100 + 1, &failure);
    }
    return s;
}

/* The packets that were kept, in order; the cause is the one told first of each. */
static void check_many(bool falling) {
    struct sidecar *back = read_file();
    cr_assert(back && back->n_packets == 67 && back->n_failures == 200);
    for (size_t i = 0; i < back->n_packets; i++) {
        cr_assert(back->packets[i].cause, "packet %zu", i);
        cr_assert_eq((uint64_t)atoi(back->packets[i].cause), back->packets[i].frame - 1);
    }
    for (size_t i = 0; i < back->n_failures; i++) {
        const struct sidecar_failure *f = &back->failures[i];
        size_t told = falling ? 199 - i : i;
        cr_assert_eq((size_t)atoi(strrchr(f->text, ' ')), told, "%zu: %s", i, f->text);
        uint64_t frame = told % 100 + 1;
        cr_assert_eq(f->packet == SIZE_MAX, frame % 3 == 0, "%zu", i);
        cr_assert(frame % 3 == 0 || back->packets[f->packet].frame == frame, "%zu", i);
    }
    sidecar_close(back);
}

Test(sidecar, each_packet_has_the_failure_told_first_however_often_it_is_written) {
    for (int falling = 0; falling < 2; falling++) {
        struct sim_err err = SIM_ERR_INIT;
        struct wave_sidecar *s = many_failures(falling);
        struct wave_sidecar_facts facts = {.to = SIM_S};
        for (int times = 0; times < 2; times++) {
            cr_assert(wave_sidecar_write(s, wave, &facts, &err), "%s", err.text);
            check_many(falling);
        }
        wave_sidecar_destroy(s);
    }
}

Test(sidecar, firmware_is_the_one_that_ran) {
    struct sim_err err = SIM_ERR_INIT;
    char elf[96];
    snprintf(elf, sizeof elf, "%s/a.elf", dir);
    FILE *f = fopen(elf, "w");
    cr_assert(f && fputs("abc", f) >= 0 && fclose(f) == 0);
    struct wave_sidecar *s = wave_sidecar_create();
    wave_sidecar_firmware(s, elf, "f401re");
    f = fopen(elf, "w"); /* built anew meanwhile */
    cr_assert(f && fputs("abd", f) >= 0 && fclose(f) == 0);
    struct wave_sidecar_facts facts = {.to = SIM_S, .firmware = true};
    cr_assert(wave_sidecar_write(s, wave, &facts, &err), "%s", err.text);
    wave_sidecar_destroy(s);
    struct sidecar *back = read_file();
    cr_assert_str_eq(back->elf, elf);
    cr_assert_str_eq(back->chip, "f401re");
    cr_assert_str_eq(back->sha256, /* of "abc": FIPS 180-2, appendix B.1 */
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sidecar_close(back);
}

#define HEAD "{\"schema\": \"linkpulse.wave/1\", \"wave\": {\"octets\": 10}, "
#define PACKET(more)                                                                               \
    HEAD "\"packets\": [{\"frame\": 1, \"capture\": \"a\", \"index\": 1, \"from\": 5, \"to\": 9, " \
         "\"data_from\": 6, \"data_to\": 8, \"verdict\": \"v\", " more                             \
         "}], \"failures\": [], \"thresholds\": []}"
static const struct {
    const char *text, *says; /* NULL: good */
} HOSTILE[] = {
    {PACKET("\"octets\": \"00ff\""), NULL},
    {PACKET("\"octets\": \"00f\""), "packets[0]: octets"},
    {PACKET("\"octets\": \"0G\""), "packets[0]: octets"},
    {PACKET("\"octets\": 5"), "packets[0]: octets"},
    {PACKET("\"octets\": \"\", \"delivered\": -1"), "not in order"},
    {PACKET("\"octets\": \"\", \"selected\": \"x\""), "not in order"},
    {PACKET("\"octets\": \"\", \"cause\": 7"), "packets[0]: no frame"},
    {"", "no JSON"},
    {"{\"schema\": \"linkpulse.wave/1\"", "no JSON"},
    {"[]", "schema"},
    {"{\"schema\": \"linkpulse.wave/2\"}", "linkpulse.wave/2"},
    {"{\"schema\": \"linkpulse.wave/1\"}", "octets"},
    {"{\"schema\": \"linkpulse.wave/1\", \"wave\": {\"octets\": 11}}", "other waves"},
    {HEAD "\"packets\": {}}", "no list \"packets\""},
    {HEAD "\"packets\": [7], \"failures\": [], \"thresholds\": []}", "packets[0]"},
    {HEAD "\"packets\": [], \"failures\": [{\"time\": 1, \"packet\": 0, \"text\": \"x\"}], "
          "\"thresholds\": []}",
     "no such packet"},
    {HEAD "\"packets\": [], \"failures\": [{\"time\": 1}], \"thresholds\": []}", "failures[0]"},
    {HEAD "\"packets\": [], \"failures\": [{\"time\": 2, \"text\": \"x\"}, {\"time\": 1, "
          "\"text\": \"x\"}], \"thresholds\": []}",
     "failures[1]"},
    {HEAD "\"packets\": [], \"failures\": [], \"thresholds\": [{\"signal\": \"x\", \"low\": 2, "
          "\"high\": 1}]}",
     "thresholds[0]"},
    {HEAD "\"firmware\": {\"elf\": \"x\"}, \"packets\": []}", "firmware"},
};

Test(sidecar, hostile_files_are_one_clear_line) {
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++) {
        struct sim_err err = SIM_ERR_INIT;
        struct sidecar *s;
        const char *text = HOSTILE[i].text;
        bool good = sidecar_parse("f", text, strlen(text), wave, NULL, &s, &err);
        cr_assert_eq(good, !HOSTILE[i].says, "case %zu: %s", i, err.text);
        cr_assert_eq(good, s != NULL);
        cr_assert(good || strstr(err.text, HOSTILE[i].says), "case %zu: %s", i, err.text);
        cr_assert(good || !strchr(err.text, '\n'), "case %zu", i);
        sidecar_close(s);
    }
}

Test(sidecar, what_is_no_file_is_refused_at_once, .timeout = 20) {
    struct sim_err err = SIM_ERR_INIT;
    struct sidecar *s;
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_not(sidecar_load(wave, NULL, &s, &err));
    cr_assert(strstr(err.text, "is not a regular file"), "%s", err.text);
    cr_assert(!strchr(err.text, '\n'), "%s", err.text);
}
