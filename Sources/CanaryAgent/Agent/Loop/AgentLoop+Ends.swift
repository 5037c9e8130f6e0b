import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// What a run of this process leaves behind, known before the watch of its Lease brings it: the Lease may be late, or its watch broken.
extension AgentLoop {
    /// Takes the end of a run into the memory of its canary, and gives it to the brakes.
    mutating func remember(_ report: RunReport, of run: ActiveRun) {
        let key = run.canary
        guard let outcome = report.outcome, outcome.reason.label != RolloutRecord.untouchedLabel,
            let entry = entries[key]
        else { return }
        let last = run.progress
        let now = last?.at ?? run.startedAt
        if entry.memory.last?.id != report.header.run {
            let memory = entry.memory.noting(
                outcome,
                header: report.header,
                release: last?.rollout.release,
                left: last?.rollout.route?.weights,
                at: now
            )
            entries[key]?.memory = memory
            entries[key]?.endedHere = report.header.run
        }
        // What was decided before it is about what was there before it.
        entries[key]?.decision = nil
        guard let ended = entries[key]?.memory.last else { return }
        for notice in policies.ended(ended, of: key, at: now) { announce(notice, at: now) }
    }

    /// Forgets a Lease that was there and is not any more: somebody has deleted it, and with it what was known of the releases.
    mutating func forgetRecord(_ key: CanaryKey) async {
        guard let entry = entries[key], runs[key] == nil, !entry.record.resourceVersion.isEmpty else { return }
        // What is missing while nothing is heard is not gone.
        guard let leases = mirrors.leases else { return }
        for mirror in leases {
            guard await mirror.failure == nil, await mirror.lastConfirmed != nil else { return }
        }
        entries[key]?.record = CanaryEntry.Record()
        entries[key]?.memory = ReleaseMemory()
        entries[key]?.endedHere = nil
        entries[key]?.decision = nil
        orphans[key] = nil
        let words = "the Lease of its rollouts was deleted: nothing is known of its releases any more"
        log.tell("record-gone", key, [("message", words)])
    }
}
