package import CanaryCore

/// Who looks at the telemetry of one subject or of many.
package protocol CheckProbe: Sendable {
    /// The subjects as far as they are known before anything was asked.
    func expected(_ state: CheckState) -> [CheckSubject]

    /// Looks from where the state ends until now.
    ///
    /// Never throws: what cannot be read is a fault of its subject. Ends soon after its task is cancelled, with what it has by then.
    func look(_ state: CheckState, now: Timestamp) async -> CheckLook
}

/// Asks all probes side by side, and for no longer than allowed.
struct CheckGathering: Sendable {
    let probes: [any CheckProbe]
    let timeout: Duration

    struct Found: Sendable {
        /// In the order of the probes.
        var looks: [CheckLook]
        var isTimedOut: Bool
    }

    func run(_ state: CheckState, now: Timestamp) async -> Found {
        await withTaskGroup(of: (Int, CheckLook)?.self) { group in
            for (index, probe) in probes.enumerated() {
                group.addTask { (index, await probe.look(state, now: now)) }
            }
            group.addTask { [timeout] in
                // Cancelled as soon as all probes have answered.
                try? await Task.sleep(for: timeout)
                return nil
            }
            var found: [Int: CheckLook] = [:]
            var isTimedOut = false
            while found.count < probes.count, let next = await group.next() {
                if let (index, look) = next {
                    found[index] = isTimedOut ? late(look) : look
                } else {
                    isTimedOut = true
                    group.cancelAll()
                }
            }
            group.cancelAll()
            let looks = probes.indices.map { index in
                var look = found[index] ?? CheckLook(evidence: [])
                // What was known before and is not answered for at all is not forgotten.
                if look.evidence.isEmpty, isTimedOut || look.fault != nil {
                    let reason = isTimedOut ? timeoutReason : look.fault ?? timeoutReason
                    look.evidence = probes[index].expected(state).map {
                        CheckEvidence(subject: $0, end: now, fault: reason)
                    }
                }
                return look
            }
            return Found(looks: looks, isTimedOut: isTimedOut)
        }
    }

    var timeoutReason: Reason {
        Reason("timeout", "no answer within \(Phrase.duration(timeout.inSeconds)) (--timeout)")
    }

    /// What came after the time was up: only what was really read counts.
    private func late(_ look: CheckLook) -> CheckLook {
        var look = look
        for index in look.evidence.indices where look.evidence[index].fault != nil {
            look.evidence[index].fault = timeoutReason
        }
        return look
    }
}
