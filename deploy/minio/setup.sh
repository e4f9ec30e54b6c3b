#!/bin/sh
# Creates the buckets and the pipeline's two users, each with the least rights that it needs. What a setting needs beyond
# cerebro-pipeline.json is a policy of its own. Idempotent.
set -eu
scratch=${TMPDIR:-/tmp}
export MC_CONFIG_DIR=$scratch/mc
setup=${0%/*}
archive=${CEREBRO_ARCHIVE_BUCKET:-}

mc alias set store http://minio:9000 "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD"
for bucket in cerebro-data cerebro-quarantine cerebro-reports; do
    mc mb --ignore-existing "store/$bucket"
done
[ -z "$archive" ] || mc mb --ignore-existing "store/${archive%%/*}"

attach() { # POLICY USER
    if ! said=$(mc admin policy attach store "$1" --user "$2" 2>&1); then
        case $said in
            *"already in effect"*) ;;
            *) echo "$said" >&2; exit 1 ;;
        esac
    fi
}
user() { # NAME PASSWORD: creates a user and attaches the policy of the same name
    mc admin policy create store "$1" "$setup/$1.json"
    mc admin user add store "$1" "$2"
    attach "$1" "$1"
}
user cerebro-pipeline "$PIPELINE_PASSWORD"
user cerebro-sample-data "$SAMPLE_DATA_PASSWORD"

setting() { # POLICY on|off: its policy is attached always; while it is off, it grants nothing new
    case $2 in
        on) mc admin policy create store "$1" "$setup/$1.json" ;;
        off) mc admin policy create store "$1" "$setup/off.json" ;;
    esac
    attach "$1" cerebro-pipeline
}
case ${CEREBRO_KEEP_QUARANTINE_MONTHS:-0} in
    0) setting cerebro-expire-quarantine off ;;
    *) setting cerebro-expire-quarantine on ;;
esac
case ${CEREBRO_ERASE_LANDING:-false} in
    [Tt]* | [Yy]* | [Oo][Nn] | 1) setting cerebro-erase-landing on ;;
    *) setting cerebro-erase-landing off ;;
esac
if [ -n "$archive" ]; then
    # The bucket may be any; an earlier one keeps its policy for the months that come back from there.
    bucket=${archive%%/*}
    prefix=${archive#"$bucket"}
    prefix=${prefix#/}
    printf '{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::%s"]},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::%s/%s*"]}
    ]}' "$bucket" "$bucket" "$prefix" > "$scratch/cerebro-archive.json"
    mc admin policy create store "cerebro-archive-$bucket" "$scratch/cerebro-archive.json"
    attach "cerebro-archive-$bucket" cerebro-pipeline
fi
