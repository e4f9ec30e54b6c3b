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

grant() { # POLICY FILE USER: gives the policy the file's text, and attaches it
    mc admin policy create store "$1" "$2"
    if ! said=$(mc admin policy attach store "$1" --user "$3" 2>&1); then
        case $said in
            *"already in effect"*) ;;
            *) echo "$said" >&2; exit 1 ;;
        esac
    fi
}
user() { # NAME PASSWORD: creates a user with the policy of the same name
    mc admin user add store "$1" "$2"
    grant "$1" "$setup/$1.json" "$1"
}
user cerebro-pipeline "$PIPELINE_PASSWORD"
user cerebro-sample-data "$SAMPLE_DATA_PASSWORD"

# While a setting is off, its policy has the text of off.json, which grants nothing new.
case ${CEREBRO_KEEP_QUARANTINE_MONTHS:-0} in
    0) text=off ;;
    *) text=cerebro-expire-quarantine ;;
esac
grant cerebro-expire-quarantine "$setup/$text.json" cerebro-pipeline
case ${CEREBRO_ERASE_LANDING:-false} in
    [Tt]* | [Yy]* | [Oo][Nn] | 1) text=cerebro-erase-landing ;;
    *) text=off ;;
esac
grant cerebro-erase-landing "$setup/$text.json" cerebro-pipeline
if [ -n "$archive" ]; then
    # The bucket may be any; an earlier one keeps its policy for the months that come back from there.
    bucket=${archive%%/*}
    prefix=${archive#"$bucket"}
    prefix=${prefix#/}
    printf '{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::%s"]},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::%s/%s*"]}
    ]}' "$bucket" "$bucket" "$prefix" > "$scratch/cerebro-archive.json"
    grant "cerebro-archive-$bucket" "$scratch/cerebro-archive.json" cerebro-pipeline
fi
