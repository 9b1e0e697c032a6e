#!/bin/sh
# Runs once, when the database's volume is empty: two roles, of which only one may change the schema.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set=owner_password="$CELLHUB_OWNER_PASSWORD" --set=app_password="$CELLHUB_APP_PASSWORD" <<'SQL'
create role cellhub_owner login password :'owner_password';
create role cellhub_app login password :'app_password';
create database cellhub owner cellhub_owner;
revoke all on database cellhub from public;
grant connect on database cellhub to cellhub_app;
SQL
