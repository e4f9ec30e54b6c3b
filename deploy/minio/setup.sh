#!/bin/sh
# Creates the buckets and the pipeline's two users, each with the least rights that it needs. Idempotent.
set -eu
export MC_CONFIG_DIR=/tmp/mc

mc alias set store http://minio:9000 "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD"
for bucket in cerebro-data cerebro-quarantine cerebro-reports; do
    mc mb --ignore-existing "store/$bucket"
done

user() { # NAME PASSWORD: creates a user and attaches the policy of the same name
    mc admin policy create store "$1" "/setup/$1.json"
    mc admin user add store "$1" "$2"
    if ! said=$(mc admin policy attach store "$1" --user "$1" 2>&1); then
        case $said in
            *"already in effect"*) ;;
            *) echo "$said" >&2; exit 1 ;;
        esac
    fi
}
user cerebro-pipeline "$PIPELINE_PASSWORD"
user cerebro-sample-data "$SAMPLE_DATA_PASSWORD"
