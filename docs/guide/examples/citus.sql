-- After `dmp migrate`, on the coordinator, before the first record: cut the tables of patients by record.
-- Not tried on Citus itself: see docs/guide/several-machines.md.

-- Append-only triggers act on the rows of their own shard alone, which is what Citus asks of a trigger.
ALTER DATABASE dmp SET citus.enable_unsafe_triggers = on;
SET citus.enable_unsafe_triggers = on;

SELECT create_distributed_table('record', 'record', shard_count => 128);
SELECT create_distributed_table('record_history', 'record', colocate_with => 'record');
SELECT create_distributed_table('page', 'record', colocate_with => 'record');
SELECT create_distributed_table('document', 'record', colocate_with => 'record');
SELECT create_distributed_table('trace', 'record', colocate_with => 'record');
SELECT create_distributed_table('erasure', 'record', colocate_with => 'record');
SELECT create_distributed_table('emergency_case', 'record', colocate_with => 'record');
SELECT create_distributed_table('reader', 'record', colocate_with => 'record');
SELECT create_distributed_table('prescription', 'record', colocate_with => 'record');
SELECT create_distributed_table('projection', 'record', colocate_with => 'record');

-- Small tables that are read with every call and hardly written: a copy on every server.
SELECT create_reference_table('directory');
SELECT create_reference_table('activity');
SELECT create_reference_table('directory_word');
SELECT create_reference_table('team');

-- One row per person, per object or per call, found by a keyed hash; and the tree of traces, which is one.
-- They stay on the coordinator.
SELECT citus_add_local_table_to_metadata('identifier');
SELECT citus_add_local_table_to_metadata('former_identifier');
SELECT citus_add_local_table_to_metadata('place');
SELECT citus_add_local_table_to_metadata('lead');
SELECT citus_add_local_table_to_metadata('seen');
SELECT citus_add_local_table_to_metadata('trace_queue');
SELECT citus_add_local_table_to_metadata('leaf');
SELECT citus_add_local_table_to_metadata('head');
SELECT citus_add_local_table_to_metadata('forwarding');
SELECT citus_add_local_table_to_metadata('job');
SELECT citus_add_local_table_to_metadata('health_look');
SELECT citus_add_local_table_to_metadata('account');
SELECT citus_add_local_table_to_metadata('operator');
SELECT citus_add_local_table_to_metadata('federated');
SELECT citus_add_local_table_to_metadata('ticket');
SELECT citus_add_local_table_to_metadata('tally');
SELECT citus_add_local_table_to_metadata('visit');
SELECT citus_add_local_table_to_metadata('clearance');
SELECT citus_add_local_table_to_metadata('rule_edition');
SELECT citus_add_local_table_to_metadata('unread');
SELECT citus_add_local_table_to_metadata('profile');
SELECT citus_add_local_table_to_metadata('to_review');
SELECT citus_add_local_table_to_metadata('alert');
SELECT citus_add_local_table_to_metadata('informed');
SELECT citus_add_local_table_to_metadata('opponent');
