-- The motor-vehicle register: persons it knows, vehicles with owner and keeper, driving licences, requests for correction.
create table vehicles.persons (
  id uuid primary key,
  national_number text not null unique,
  name text not null,
  birth_date date not null,
  pseudonym text unique,
  reference text,
  enrolled_at timestamptz
);

create table vehicles.vehicles (
  id uuid primary key,
  plate text not null unique,
  kind text not null,
  owner_id uuid references vehicles.persons (id),
  owner_company text,
  owner_business_number text,
  keeper_id uuid references vehicles.persons (id),
  first_registered_on date not null,
  inspection_due_on date not null,
  status text not null check (status in ('registered', 'deregistered')),
  check ((owner_id is null) <> (owner_company is null))
);

create index vehicles_by_owner on vehicles.vehicles (owner_id);
create index vehicles_by_keeper on vehicles.vehicles (keeper_id);

-- A driving licence's number is the person's national number; it stands in persons and is never answered.
create table vehicles.licences (
  id uuid primary key,
  person_id uuid not null references vehicles.persons (id),
  class text not null,
  issued_on date not null,
  valid_until date not null,
  status text not null check (status in ('valid', 'suspended', 'expired'))
);

create index licences_by_person on vehicles.licences (person_id);

-- One row a message: a retry finds the first one again. The digest tells a retry from another request.
create table vehicles.rectifications (
  id uuid primary key,
  message_id uuid not null unique,
  person_id uuid not null references vehicles.persons (id),
  request_digest text not null,
  request jsonb not null,
  purpose text not null,
  filed_at timestamptz not null
);

create table vehicles.loads (
  seed text primary key,
  as_of date not null,
  loaded_at timestamptz not null
);
