// Made from the wires in Python by `make types`; change those, not this file.

import type { AttributeView, OrganisationView, TagView, TeamView } from "../house";
import type { PageQuery } from "./conversations";

export interface MakeTeam {
  name: string;
  members?: string[];
}

export interface ChangeTeam {
  name?: string | null;
  retired?: boolean | null;
  /** Exactly these agents from now on. */
  members?: string[] | null;
}

export interface ChangeTag {
  name?: string | null;
  colour?: string | null;
  retired?: boolean | null;
}

/** What it is called in a language; in one that says nothing, by its `label`. */
export interface Labels {
  en?: string;
  ko?: string;
}

export interface MakeAttribute {
  target: "contact" | "conversation" | "organisation";
  key: string;
  label: string;
  labels?: Labels;
  type: "text" | "number" | "date" | "boolean" | "choice" | "url";
  choices?: string[];
}

export interface ChangeAttribute {
  label?: string | null;
  /** All of them. */
  labels?: Labels | null;
  choices?: string[] | null;
  retired?: boolean | null;
}

export interface MakeOrganisation {
  name: string;
  domain?: string | null;
  attributes?: Record<string, unknown>;
}

export interface ChangeOrganisation {
  name?: string | null;
  /** null takes it away. */
  domain?: string | null;
  attributes?: Record<string, unknown> | null;
}

export interface OrganisationsQuery extends PageQuery {
  q?: string;
}

export interface TeamsList {
  teams: TeamView[];
}

export interface TeamAnswer {
  team: TeamView;
}

export interface TagsList {
  tags: TagView[];
}

export interface TagAnswer {
  tag: TagView;
}

export interface AttributesList {
  attributes: AttributeView[];
}

export interface AttributeAnswer {
  attribute: AttributeView;
}

export interface OrganisationsPage {
  organisations: OrganisationView[];
  before: string | null;
}

export interface OrganisationAnswer {
  organisation: OrganisationView;
}
