"""Makes the audit trail append-only: the database itself refuses to change, delete or empty it."""

FORWARDS = """
CREATE FUNCTION namespaces_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only: % is refused.', TG_OP USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER auditentry_append_only BEFORE UPDATE OR DELETE ON namespaces_auditentry
    FOR EACH ROW EXECUTE FUNCTION namespaces_refuse_change();
CREATE TRIGGER auditentry_never_emptied BEFORE TRUNCATE ON namespaces_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION namespaces_refuse_change();
"""

BACKWARDS = """
DROP TRIGGER auditentry_never_emptied ON namespaces_auditentry;
DROP TRIGGER auditentry_append_only ON namespaces_auditentry;
DROP FUNCTION namespaces_refuse_change();
"""
