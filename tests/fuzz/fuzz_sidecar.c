/* What is said beside waves: read, asked, refused. */
#include <stdlib.h>

#include "harness/view/sidecar.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sim_err err = SIM_ERR_INIT;
    struct sidecar *sidecar;
    char *text = fuzz_text(data, size);
    bool good = sidecar_parse("fuzz", text, size, "/dev/null", NULL, &sidecar, &err);
    fuzz_expect(good == (sidecar != NULL));
    fuzz_expect(good || (err.cls == SIM_ERR_INPUT && err.text[0]));
    for (size_t i = 0; good && i < sidecar->n_packets; i++) {
        const struct sidecar_packet *packet = &sidecar->packets[i];
        fuzz_expect(sidecar_packet_at(sidecar, packet->from) != NULL);
        fuzz_expect(packet->n_octets == 0 ||
                    packet->octets[0] + packet->octets[packet->n_octets - 1] <= 510);
    }
    sidecar_close(sidecar);
    free(text);
    return 0;
}
