package import CanaryCore
package import CanaryTelemetry
package import CanaryYAML

/// Reads a whole fleet's counters from a Prometheus-compatible server: one query a question, whatever the number of
/// services, in pieces of time, each piece as a stream of series.
///
/// Counts are those that scraping gives where the intervals agree: the same rules for resets, new series and missed
/// scrapes (`PodReader`), the same classification (`MeshLabels`). A service with one version is compared with the sum
/// of the same hours a day and a week ago.
///
/// Memory is bounded by one piece of one question, and by the windows of the look.
package struct FleetTelemetry: Sendable {
    /// Windows that are read at once.
    package static let piece = 48
    /// How long ago the past of a service is that has no second version.
    package static let past: [(name: String, milliseconds: Int64)] = [
        ("yesterday", 86_400_000), ("last week", 7 * 86_400_000),
    ]

    private let client: PrometheusClient
    private let questions: FleetQuestions
    private let podLabel: String
    private let reporter: Reporter

    package init(client: PrometheusClient, questions: FleetQuestions, reporter: Reporter = .destination) {
        self.client = client
        self.questions = questions
        podLabel = client.spec.podLabel
        self.reporter = reporter
    }

    /// One evidence for each subject, in their order. Throws nothing: a question that was not answered makes every
    /// subject that needs it unknown, with the server's words.
    ///
    /// - Parameters:
    ///   - since: until when each subject was looked at before, in the order of the subjects; nil for never.
    ///   - objective: asks for six more hours, for burn rates.
    package func read(
        _ subjects: [FleetSubject],
        since: [Timestamp?],
        plan: FleetPlan,
        objective: ServiceObjective? = nil
    ) async -> FleetReading {
        var reading = FleetReading(notes: plan.notes)
        guard !subjects.isEmpty else { return reading }
        guard plan.grid.windows > 0 else {
            // Within the window of the last look nothing is new, and what was found then stands.
            reading.evidence = subjects.enumerated().map { index, subject in
                let moment = since.indices.contains(index) ? since[index] : nil
                let end = moment.map { min($0, plan.end) } ?? plan.end
                return CheckEvidence(subject: subject.check, end: end, fault: subject.problem, notes: subject.notes)
            }
            if let objective { await addBurnRates(subjects, plan, objective, &reading) }
            return reading
        }
        var tally = FleetTally(slots: 2 * subjects.count, windows: plan.grid.windows)
        var faults = FleetFaults()
        let present = FleetCohorts(
            subjects.map { subject -> (stable: FleetCohorts.Cohort?, canary: FleetCohorts.Cohort?) in
                guard subject.problem == nil else { return (nil, nil) }
                return (subject.check.comparison == .versions ? subject.stable : nil, subject.canary)
            }
        )
        do throws(SourceError) {
            try await add(plan.grid, present, withBuckets: .yes, to: &tally, &reading)
        } catch {
            faults.present = FleetFaults.reason(error)
        }
        let alone = subjects.contains { $0.check.comparison == .ownPast && $0.problem == nil }
        if alone, faults.present == nil { await addPast(subjects, plan, to: &tally, &reading, &faults) }
        let gathering = FleetGathering(plan: plan, tally: tally, faults: faults)
        for (index, subject) in subjects.enumerated() {
            let moment = since.indices.contains(index) ? since[index] : nil
            reading.evidence.append(gathering.evidence(of: subject, index: index, since: moment))
        }
        if let objective, faults.present == nil { await addBurnRates(subjects, plan, objective, &reading) }
        return reading
    }

    /// What is asked for beside requests.
    private enum Buckets {
        case yes
        case no
    }

    private func addPast(
        _ subjects: [FleetSubject],
        _ plan: FleetPlan,
        to tally: inout FleetTally,
        _ reading: inout FleetReading,
        _ faults: inout FleetFaults
    ) async {
        let past = FleetCohorts(
            subjects.map { subject -> (stable: FleetCohorts.Cohort?, canary: FleetCohorts.Cohort?) in
                (subject.check.comparison == .ownPast && subject.problem == nil ? subject.stable : nil, nil)
            }
        )
        for (_, milliseconds) in Self.past {
            do throws(SourceError) {
                try await add(plan.grid.shifted(back: milliseconds), past, withBuckets: .yes, to: &tally, &reading)
            } catch {
                faults.past = FleetFaults.reason(error)
                return
            }
        }
    }

    private func addBurnRates(
        _ subjects: [FleetSubject],
        _ plan: FleetPlan,
        _ objective: ServiceObjective,
        _ reading: inout FleetReading
    ) async {
        let end = plan.grid.end
        let grid = FleetGrid(from: end - 21_600_000, to: end, step: max(300_000, plan.grid.step))
        // Users know no versions: the whole service is held against its objective.
        let services = FleetCohorts(
            subjects.map { subject -> (stable: FleetCohorts.Cohort?, canary: FleetCohorts.Cohort?) in
                let stable = FleetCohorts.Cohort(service: subject.stable.service)
                let canary = FleetCohorts.Cohort(service: subject.canary.service)
                return (stable, canary == stable ? nil : canary)
            }
        )
        var tally = FleetTally(slots: services.slots, windows: grid.windows)
        do throws(SourceError) {
            try await add(grid, services, withBuckets: .no, to: &tally, &reading)
        } catch {
            reading.notes.append("burn rates are not known: \(FleetFaults.reason(error).text)")
            return
        }
        for (index, subject) in subjects.enumerated() {
            let slots = [2 * index, 2 * index + 1].filter { tally.hasSeries(slot: $0) }
            guard !slots.isEmpty else { continue }
            let slices = (0..<grid.windows).map { window in
                let cells = slots.map { tally.cell(slot: $0, window: window) }
                return BurnRate.Slice(
                    seconds: Double(grid.step) / 1000,
                    requests: cells.reduce(0) { $0 + $1.requests },
                    failures: cells.reduce(0) { $0 + $1.failures }
                )
            }
            reading.burnRates[subject.check.key] = BurnRate(objective: objective, slices: slices)
        }
    }

    // MARK: Questions

    /// Asks for a stretch of time, piece by piece.
    private func add(
        _ grid: FleetGrid,
        _ cohorts: FleetCohorts,
        withBuckets: Buckets,
        to tally: inout FleetTally,
        _ reading: inout FleetReading
    ) async throws(SourceError) {
        for piece in grid.pieces(most: Self.piece) {
            var table = FleetTable(grid: piece.grid, cohorts: cohorts, podLabel: podLabel, reporter: reporter)
            try await ask(questions.requests, piece.grid, &reading) { table.addRequests($0) }
            if withBuckets == .yes {
                try await ask(questions.buckets, piece.grid, &reading) { table.addBuckets($0) }
            }
            if let times = questions.sampleTimes {
                try await ask(times, piece.grid, &reading) { table.addSampleTimes($0) }
            }
            if let copies = questions.copies {
                do throws(SourceError) {
                    try await ask(copies, piece.grid, &reading) { table.addCopies($0) }
                } catch {
                    // Nothing is counted from it: a server that does not answer it is believed.
                    let note = "pods that are scraped twice are not recognised: \(FleetFaults.reason(error).text)"
                    if !reading.notes.contains(note) { reading.notes.append(note) }
                }
            }
            guard table.overflow == 0 else {
                throw SourceError(
                    .tooMuch,
                    "\(client.server) has more than \(FleetTable.mostSeries) series for the fleet",
                    hint: "look at fewer namespaces at once",
                    disposition: .refuse
                )
            }
            tally.add(table, firstWindow: piece.first)
            reading.chunks += 1
        }
    }

    private func ask(
        _ question: FleetQuestions.Question,
        _ grid: FleetGrid,
        _ reading: inout FleetReading,
        _ body: (PrometheusSeries) -> Void
    ) async throws(SourceError) {
        let clock = ContinuousClock()
        let start = clock.now
        var busy = Duration.zero
        let receipt: PrometheusReceipt
        do throws(SourceError) {
            receipt = try await client.forEachSeries(
                question.text,
                from: Timestamp(milliseconds: grid.start),
                to: Timestamp(milliseconds: grid.end),
                step: .milliseconds(grid.step)
            ) { series in
                let before = clock.now
                body(series)
                busy += before.duration(to: clock.now)
            }
        } catch {
            var error = error
            error.message = "the question \(question.name): \(error.message)"
            throw error
        }
        reading.serverSeconds += max((start.duration(to: clock.now) - busy).inSeconds, 0)
        reading.samples += receipt.samples
        reading.series += receipt.series
        reading.questions += 1
        if let warning = receipt.partialWarnings.first {
            throw SourceError(
                .badAnswer,
                "the question \(question.name): the answer of \(client.server) is not complete",
                cause: warning,
                disposition: .retry
            )
        }
        for warning in receipt.warnings where reading.notes.count < 32 && !reading.notes.contains(warning) {
            reading.notes.append(warning)
        }
    }
}
