-- How Argo CD sees a Canary: Healthy, Progressing, Degraded or Suspended, from the conditions of its status.
local health = {}
local status = obj.status

if status == nil or status.conditions == nil then
  health.status = "Progressing"
  health.message = "no agent has looked at this canary yet"
  return health
end
if status.observedGeneration ~= nil and obj.metadata.generation ~= nil
    and status.observedGeneration < obj.metadata.generation then
  health.status = "Progressing"
  health.message = "no agent has looked at the present spec yet"
  return health
end

local values = {}
for _, condition in ipairs(status.conditions) do
  values[condition.type] = condition.status
end

health.message = status.message or status.phase or ""
if status.phase == "Paused" then
  health.status = "Suspended"
elseif values.Stalled == "True" then
  health.status = "Degraded"
elseif values.Reconciling == "True" then
  health.status = "Progressing"
elseif values.Ready == "True" then
  health.status = "Healthy"
elseif values.Ready == "False" then
  health.status = "Degraded"
else
  health.status = "Progressing"
end
return health
