#include "harness/gate/sweep_emit.h"

/* A task that was killed or requeued goes on where its records end. */
void sweep_emit_slurm(const struct sweep_emit *emit, FILE *out) {
    fprintf(out,
            "#!/bin/bash\n"
            "#SBATCH --job-name=linkpulse-sweep\n"
            "#SBATCH --array=1-%u\n"
            "#SBATCH --cpus-per-task=1\n"
            "#SBATCH --requeue\n"
            "#SBATCH --open-mode=append\n"
            "#SBATCH --output=sweep-%%a-of-%u.log\n"
            "# A task that was killed goes on where its records end. When all are done:\n"
            "# %s merge sweep-*-of-%u.jsonl\n"
            "exec %s --shard auto/%u --jobs \"${SLURM_CPUS_PER_TASK:-1}\" --quiet\n",
            emit->shards, emit->shards, emit->program, emit->shards, emit->command, emit->shards);
}

void sweep_emit_parallel(const struct sweep_emit *emit, FILE *out) {
    fputs("#!/bin/sh\n"
          "# Run it again to go on where it stopped.\n"
          "parallel --halt soon,fail=1 <<'END' &&\n",
          out);
    for (unsigned i = 1; i <= emit->shards; i++)
        fprintf(out, "%s --shard %u/%u --jobs 1 --quiet\n", emit->command, i, emit->shards);
    fprintf(out, "END\n%s merge sweep-*-of-%u.jsonl\n", emit->program, emit->shards);
}
