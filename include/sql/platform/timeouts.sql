-- Sets timeouts for this transaction where nothing else has set them.
select set_config(timeouts.name, timeouts.value, true)
from unnest(%(names)s::text[], %(values)s::text[]) as timeouts (name, value)
where current_setting(timeouts.name) = '0';
