# Sourced by sweep.sh, after program.sh: a Slurm of one node in $tree, started by slurm_start
# and ended by slurm_stop. It keeps to its own ports, key and spool; no other Slurm is touched.
slurm_why= slurm_pids=()

slurm_can() { # sets slurm_why when it cannot be tried
    local tool
    for tool in munged slurmctld slurmd sbatch squeue sinfo scancel; do
        PATH=$PATH:/usr/sbin has "$tool" || { slurm_why="$tool is not installed"; return 1; }
    done
    [ "$(id -u)" = 0 ] || { slurm_why="a Slurm of its own needs root"; return 1; }
}

slurm_conf() {
    local port=$((20000 + $$ % 20000)) node
    node=$(hostname -s)
    cat >"$tree/slurm/slurm.conf" <<END
ClusterName=linkpulse
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$tree/slurm/munge.socket
CredType=cred/munge
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$tree/slurm/state
SlurmdSpoolDir=$tree/slurm/spool
SlurmctldPidFile=$tree/slurm/slurmctld.pid
SlurmdPidFile=$tree/slurm/slurmd.pid
SlurmctldLogFile=$tree/slurm/slurmctld.log
SlurmdLogFile=$tree/slurm/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
END
}

slurm_start() {
    local i
    slurm_can || return 1
    export SLURM_CONF=$tree/slurm/slurm.conf PATH=$PATH:/usr/sbin
    mkdir -p "$tree/slurm/state" "$tree/slurm/spool"
    chmod 755 "$tree"
    slurm_conf
    (umask 077 && head -c 1024 /dev/urandom >"$tree/slurm/munge.key")
    munged --foreground --force --key-file="$tree/slurm/munge.key" \
        --socket="$tree/slurm/munge.socket" --pid-file="$tree/slurm/munge.pid" \
        --log-file="$tree/slurm/munge.log" --seed-file="$tree/slurm/munge.seed" \
        >"$tree/slurm/munged.out" 2>&1 &
    slurm_pids+=($!)
    for i in $(seq 50); do [ -S "$tree/slurm/munge.socket" ] && break; sleep 0.1; done
    slurmctld -D -c >"$tree/slurm/ctld.out" 2>&1 &
    slurm_pids+=($!)
    slurmd -D -c >"$tree/slurm/d.out" 2>&1 &
    slurm_pids+=($!)
    for i in $(seq 300); do
        [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && return 0
        sleep 0.1
    done
    slurm_why="it did not come up: $(tail -qn 1 "$tree/slurm/slurmctld.log" \
        "$tree/slurm/slurmd.log" "$tree/slurm/munged.out" 2>/dev/null | tr '\n' ' ')"
    return 1
}

slurm_stop() {
    [ ${#slurm_pids[@]} = 0 ] || kill "${slurm_pids[@]}" 2>/dev/null
    wait "${slurm_pids[@]}" 2>/dev/null
    slurm_pids=()
}

slurm_wait() { # SECONDS: until no job is left
    local i
    for i in $(seq $(($1 * 5))); do
        [ -z "$(squeue -h 2>/dev/null)" ] && return 0
        sleep 0.2
    done
    return 1
}
