-- Plans of care.

CREATE TABLE plans (
    workspace_id uuid NOT NULL CONSTRAINT fk_plans_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    title bytea NOT NULL,
    diagnosis bytea,
    goals bytea,
    frequency bytea,
    start_date date NOT NULL,
    end_date date,
    planned_sessions integer,
    review_date date,
    status text NOT NULL DEFAULT 'active',
    completed_at timestamptz,
    discontinued_at timestamptz,
    archived_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_plans PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_plans_client_id FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, id),
    CONSTRAINT ck_plans_status CHECK (status IN ('active', 'completed', 'discontinued')),
    CONSTRAINT ck_plans_ends_not_before_start CHECK (end_date >= start_date),
    CONSTRAINT ck_plans_planned_sessions CHECK (planned_sessions > 0),
    CONSTRAINT ck_plans_completed_at CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    CONSTRAINT ck_plans_discontinued_at CHECK ((status = 'discontinued') = (discontinued_at IS NOT NULL))
);
CREATE INDEX ix_plans_completed_at ON plans (workspace_id, client_id, completed_at, id) WHERE archived_at IS NULL
    AND completed_at IS NOT NULL;
CREATE INDEX ix_plans_created_at ON plans (workspace_id, client_id, created_at, id) WHERE archived_at IS NULL;
CREATE INDEX ix_plans_discontinued_at ON plans (workspace_id, client_id, discontinued_at, id)
    WHERE archived_at IS NULL AND discontinued_at IS NOT NULL;

CREATE TABLE milestones (
    workspace_id uuid NOT NULL CONSTRAINT fk_milestones_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    client_id uuid NOT NULL,
    description bytea NOT NULL,
    target_date date,
    achieved_date date,
    order_index integer,
    status text NOT NULL DEFAULT 'pending',
    notes bytea,
    archived_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_milestones PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_milestones_plan_id FOREIGN KEY (workspace_id, plan_id) REFERENCES plans (workspace_id, id),
    CONSTRAINT fk_milestones_client_id FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, id),
    CONSTRAINT uq_milestones_order_index UNIQUE (workspace_id, plan_id, order_index) DEFERRABLE,
    CONSTRAINT ck_milestones_status CHECK (status IN ('pending', 'in_progress', 'achieved', 'discontinued')),
    CONSTRAINT ck_milestones_order_index CHECK (order_index >= 0),
    CONSTRAINT ck_milestones_archived_has_no_place CHECK ((archived_at IS NULL) = (order_index IS NOT NULL)),
    CONSTRAINT ck_milestones_achieved_date CHECK ((status = 'achieved') = (achieved_date IS NOT NULL))
);
CREATE INDEX ix_milestones_achieved_date ON milestones (workspace_id, client_id, achieved_date, id)
    WHERE achieved_date IS NOT NULL AND archived_at IS NULL;

CREATE TABLE plan_revisions (
    workspace_id uuid NOT NULL CONSTRAINT fk_plan_revisions_workspace_id REFERENCES workspaces (workspace_id),
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    client_id uuid NOT NULL,
    title bytea NOT NULL,
    diagnosis bytea,
    goals bytea,
    frequency bytea,
    start_date date NOT NULL,
    end_date date,
    planned_sessions integer,
    review_date date,
    status text NOT NULL DEFAULT 'active',
    completed_at timestamptz,
    discontinued_at timestamptz,
    plan_version integer NOT NULL,
    changed_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_plan_revisions PRIMARY KEY (workspace_id, id),
    CONSTRAINT fk_plan_revisions_plan_id FOREIGN KEY (workspace_id, plan_id) REFERENCES plans (workspace_id, id),
    CONSTRAINT fk_plan_revisions_client_id FOREIGN KEY (workspace_id, client_id)
        REFERENCES clients (workspace_id, id),
    CONSTRAINT fk_plan_revisions_changed_by FOREIGN KEY (workspace_id, changed_by)
        REFERENCES users (workspace_id, id),
    CONSTRAINT ck_plan_revisions_status CHECK (status IN ('active', 'completed', 'discontinued'))
);
CREATE INDEX ix_plan_revisions_client_id ON plan_revisions (workspace_id, client_id, created_at, id);
CREATE INDEX ix_plan_revisions_plan_id ON plan_revisions (workspace_id, plan_id, id);
CREATE TRIGGER stays BEFORE UPDATE OF title, diagnosis, goals, frequency ON plan_revisions FOR EACH ROW
    EXECUTE FUNCTION app.refuse_unless_resealed('title', 'diagnosis', 'goals', 'frequency');
