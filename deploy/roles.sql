-- The three roles, the database and the extension PazPaz needs. Repeatable; run it as a superuser:
--   psql -d postgres -v owner_password=... -v app_password=... -v system_password=... -f deploy/roles.sql
-- pazpaz_owner owns the tables and runs migrations; pazpaz_app serves requests under row-level security;
-- pazpaz_system signs people in and has no right on tables with health data. Migrations grant the rights.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['pazpaz_owner', 'pazpaz_app', 'pazpaz_system']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

\set limits 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT'
ALTER ROLE pazpaz_owner :limits PASSWORD :'owner_password';
ALTER ROLE pazpaz_app :limits PASSWORD :'app_password';
ALTER ROLE pazpaz_system :limits PASSWORD :'system_password';

SELECT 'CREATE DATABASE pazpaz OWNER pazpaz_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'pazpaz')
\gexec

REVOKE ALL ON DATABASE pazpaz FROM PUBLIC;
GRANT CONNECT ON DATABASE pazpaz TO pazpaz_app, pazpaz_system;

\connect pazpaz
CREATE EXTENSION IF NOT EXISTS btree_gist;
