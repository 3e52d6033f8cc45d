#!/usr/bin/env bash
# `ouracle check` or `ouracle sweep` as a job array: each task does one piece, and the last step puts the pieces together.
#
#   SLURM   id=$(sbatch --parsable --array=1-16 examples/job_array.sh piece out check)
#           sbatch --dependency=afterany:$id examples/job_array.sh report out
#   PBS     id=$(qsub -J 1-16 -v STEP=piece,OUT=out,PIECES=16 examples/job_array.sh)
#           qsub -W depend=afterany:$id -v STEP=report,OUT=out examples/job_array.sh
#   shell   PIECES=4 examples/job_array.sh all out check variational-gap girsanov
#
# Words after the verb go to it. What is merged has the bytes of one serial run (records: but for the fields `time` and
# `environment`). A piece that is missing or was cut short is named by the report, whose exit code is then 3: submit that task
# again. A sweep's piece goes on where it stopped.
#SBATCH --cpus-per-task=2
#PBS -l select=1:ncpus=2
set -euo pipefail

step=${1:-${STEP:-all}}
out=${2:-${OUT:-reports/array}}
verb=${3:-check}
shift $(($# < 3 ? $# : 3))
# PBS starts a job at home.
cd "${PBS_O_WORKDIR:-.}"

ouracle=${OURACLE:-ouracle}
pieces=${SLURM_ARRAY_TASK_COUNT:-${PIECES:-1}}
jobs=${SLURM_CPUS_PER_TASK:-${NCPUS:-1}}

piece() { # K [WORDS…]
    "$ouracle" "$verb" "${@:2}" --jobs "$jobs" --shard "$1/$pieces" --out "$out/pieces/$1-of-$pieces"
}
report() {
    "$ouracle" report "$out"/pieces/*-of-* --out "$out/all"
}

case $step in
piece) piece "${SLURM_ARRAY_TASK_ID:-${PBS_ARRAY_INDEX:-${PIECE:-1}}}" "$@" ;;
report) report ;;
all)
    for ((k = 1; k <= pieces; k++)); do
        # What a piece finds wrong is in its records, and the report says it.
        piece "$k" "$@" || echo "job_array.sh: piece $k/$pieces ended with exit code $?" >&2
    done
    report
    ;;
*)
    echo "job_array.sh: \`$step\` is none of piece, report, all" >&2
    exit 2
    ;;
esac
