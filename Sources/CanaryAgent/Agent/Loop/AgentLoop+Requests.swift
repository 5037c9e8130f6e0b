import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// What operators ask of canaries, by an annotation on the object.
extension AgentLoop {
    /// Takes up the request of a canary, if one waits.
    mutating func readRequest(_ key: CanaryKey, at now: Timestamp) async {
        guard let entry = entries[key], !entry.object.uid.isEmpty, entry.asked == nil || entry.firstCommand != nil
        else { return }
        switch RequestReader.read(entry.object.annotations, answered: entry.request, at: now) {
        case .nothing: return
        case .refused(let answer): settle(request: answer, of: key)
        case .request(let request):
            guard request.id != entry.asked?.request.id else { return }
            // The newest word counts; what waited for a run to begin is not asked any more.
            if entry.firstCommand != nil { dropFirstCommand(key) }
            guard let present = entries[key] else { return }
            await obey(request, of: key, present, at: now)
        }
    }

    private mutating func obey(_ request: CanaryRequest, of key: CanaryKey, _ entry: CanaryEntry, at now: Timestamp)
        async
    {
        if isTooEarly(request, for: key, at: now) { return leaveUnanswered(request, of: key) }
        entries[key]?.early = nil
        let effect = RequestEffect.of(
            request,
            on: key,
            in: situation(key, entry),
            memory: entry.memory,
            population: entry.population,
            weights: entry.weights
        )
        log.tell(
            "request",
            key,
            [
                ("id", request.id), ("verb", request.verb.rawValue), ("force", "\(request.force)"), ("by", request.by),
                ("message", request.reason),
            ]
        )
        switch effect {
        case .refuse(let words):
            settle(request: request.answer(.refused, words, at: now), of: key)
        case .command(let command):
            let ticket = CommandTicket()
            guard let run = runs[key], run.inbox.send(.asked(command, ticket)) else {
                return settle(
                    request: request.answer(.refused, "too much is asked of the run; ask again", at: now),
                    of: key
                )
            }
            entries[key]?.asked = CanaryEntry.Asked(request: request, ticket: ticket)
        case .passGate(let gate):
            runs[key]?.gate.passOnce(gate.label)
            let words = "the next step goes past this once: \(gate.text)"
            settle(request: request.answer(.accepted, words, at: now), of: key)
        case .begin:
            entries[key]?.pass = entry.gate?.label ?? "none"
            entries[key]?.retry = request.beginning(past: entry.gate)
            settle(request: request.answer(.accepted, request.begun(past: entry.gate, of: key), at: now), of: key)
        case .rollBackLeft(let roles, let release, let command):
            let first = CanaryEntry.FirstCommand(
                command: command,
                ticket: CommandTicket(),
                decision: .begin(roles, release),
                weights: entry.weights
            )
            entries[key]?.firstCommand = first
            entries[key]?.asked = CanaryEntry.Asked(request: request, ticket: first.ticket)
            // Asked for by a person: no memory of releases speaks against it.
            entries[key]?.retry = Reason("asked", "begun to roll back what is left: \(command.reason)")
            entries[key]?.decision = first.decision
            entries[key]?.pass = "any"
            candidates.insert(key)
            let text = "a run begins that rolls it back; `haldane watch \(key.name) -n \(key.namespace)` follows it"
            settle(request: request.answer(.pending, text, at: now), of: key)
        case .retry(let memory):
            await retry(request, memory, key, at: now)
        }
    }

    private func situation(_ key: CanaryKey, _ entry: CanaryEntry) -> RequestEffect.Situation {
        if let progress = runs[key]?.progress {
            return .run(
                progress.rollout,
                id: progress.header.run,
                gate: progress.rollout.gate?.reason,
                since: progress.header.startedAt
            )
        }
        if case .failure(let invalid)? = entry.resolved?.result { return .invalid(invalid.reason) }
        if entry.record.run != nil { return .elsewhere(holder: entry.record.holder) }
        let unknown = Reason("unknown", "nothing is known of it yet; ask again in a moment")
        let decision = entry.decision ?? .blocked(unknown)
        return .between(decision, gate: entry.gate ?? entry.failure?.reason, since: entry.found?.at)
    }

    private mutating func retry(_ request: CanaryRequest, _ memory: ReleaseMemory, _ key: CanaryKey, at now: Timestamp)
        async
    {
        guard let before = entries[key]?.memory else { return }
        do throws(KubernetesError) {
            guard try await RolloutMemory.keep(memory, from: before, of: key, options, cluster.client) else {
                let text = "a run is going on elsewhere, or its Lease says something newer; ask again in a moment"
                return settle(request: request.answer(.refused, text, at: now), of: key)
            }
            entries[key]?.memory = memory
            entries[key]?.retry = Reason("retry", "tried again by the operator: \(request.by): \(request.reason)")
            entries[key]?.failure = nil
            let text =
                "it is tried again as soon as it is ready; `haldane watch \(key.name) -n \(key.namespace)` follows it"
            settle(request: request.answer(.accepted, text, at: now), of: key)
            wake.ring(key)
        } catch {
            // Asked again at the next look: the request stays until it is answered.
            log.tell("request-failed", key, [("id", request.id), ("message", Self.words(error))])
        }
    }

    mutating func settle(request answer: CanaryStatus.RequestAnswer, of key: CanaryKey) {
        entries[key]?.request = answer
        log.tell(
            "answer",
            key,
            [("id", answer.id), ("verb", answer.verb), ("result", answer.result.rawValue), ("message", answer.message)]
        )
    }

    /// What was asked for a run to begin with is not done any more where the weights are not those that it was asked about.
    private mutating func refuseFirstCommand(
        _ key: CanaryKey,
        _ request: CanaryRequest,
        _ first: CanaryEntry.FirstCommand,
        at now: Timestamp
    ) {
        guard let found = entries[key]?.weights, let asked = first.weights, found != asked else { return }
        dropFirstCommand(key)
        let words =
            "the weights were \(asked.stable)/\(asked.canary) when it was asked and are \(found.stable)/\(found.canary) now; ask again "
            + "if these are meant"
        settle(request: request.answer(.refused, words, at: now), of: key)
    }

    /// Forgets what a run was to begin with.
    mutating func dropFirstCommand(_ key: CanaryKey) {
        entries[key]?.firstCommand = nil
        entries[key]?.asked = nil
        entries[key]?.retry = nil
        entries[key]?.pass = nil
        entries[key]?.decision = nil
        candidates.remove(key)
    }

    /// Hands to a run what it is to begin with.
    mutating func takeWish(_ key: CanaryKey) -> CanaryEntry.Wish {
        let entry = entries[key]
        let wish = CanaryEntry.Wish(retry: entry?.retry, pass: entry?.pass, firstCommand: entry?.firstCommand)
        entries[key]?.wish = wish
        entries[key]?.retry = nil
        entries[key]?.firstCommand = nil
        return wish
    }

    /// Asks again for what a run was to begin with that could not begin.
    ///
    /// - Parameter tries: how often that has happened; to begin past a gate was allowed for now, and not for ever.
    mutating func restoreWish(_ key: CanaryKey, tries: Int) {
        guard let entry = entries[key], let wish = entry.wish else { return }
        entries[key]?.wish = nil
        entries[key]?.retry = entry.retry ?? wish.retry
        if wish.firstCommand != nil || tries <= 5 { entries[key]?.pass = entry.pass ?? wish.pass }
        guard entry.firstCommand == nil, let first = wish.firstCommand else { return }
        entries[key]?.firstCommand = first
        entries[key]?.decision = first.decision
        candidates.insert(key)
    }

    /// Takes the run's answer to what it was asked, once it has given one.
    mutating func answerAsked(_ key: CanaryKey, at now: Timestamp) {
        guard let asked = entries[key]?.asked else { return }
        if let answer = asked.ticket.answer {
            entries[key]?.asked = nil
            settle(request: asked.request.answer(answer, of: key, at: now), of: key)
        } else if let first = entries[key]?.firstCommand, first.ticket == asked.ticket {
            refuseFirstCommand(key, asked.request, first, at: now)
        } else if runs[key] == nil {
            entries[key]?.asked = nil
            settle(request: asked.request.answer(.refused, "the run ended before it could obey", at: now), of: key)
        }
    }
}
