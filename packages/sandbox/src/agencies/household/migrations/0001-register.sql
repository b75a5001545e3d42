-- The household register: households at addresses, residents in households, kinship between residents.
create table household.households (
  id uuid primary key,
  number text not null unique,
  address jsonb not null,
  moved_in_on date not null,
  previous_address jsonb
);

create table household.residents (
  id uuid primary key,
  national_number text not null unique,
  name text not null,
  romanised_name text,
  sex text not null check (sex in ('male', 'female')),
  birth_date date not null,
  death_date date,
  household_id uuid not null references household.households (id),
  relation text not null,
  -- 'noted': a foreigner who stands in a spouse's remarks and has no registration of their own.
  standing text not null check (standing in ('registered', 'noted')),
  pseudonym text unique,
  reference text,
  enrolled_at timestamptz
);

create index residents_by_household on household.residents (household_id);

-- Read in both directions: the relative is the resident's father, mother or spouse.
create table household.kinships (
  resident_id uuid not null references household.residents (id),
  kind text not null check (kind in ('father', 'mother', 'spouse')),
  relative_id uuid not null references household.residents (id),
  primary key (resident_id, kind, relative_id)
);

create index kinships_by_relative on household.kinships (relative_id);

-- One row once the population has been taken in.
create table household.loads (
  seed text primary key,
  as_of date not null,
  loaded_at timestamptz not null
);
