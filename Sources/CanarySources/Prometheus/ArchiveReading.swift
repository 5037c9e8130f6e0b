import CanaryCore
import CanaryTelemetry

/// Reads the past stretch by stretch.
struct ArchiveReading {
    /// The moments of the first stretch, which shows how many series there are.
    private static let firstMoments = 120
    /// The samples of a stretch, 16 bytes each.
    private static let samples = 1_000_000
    /// Stretches that may fail before the rest is given up.
    private static let mostFailures = 3

    var past: PastTelemetry
    private let spec: CanarySpec
    private let questions: StoredQuestions
    private let from: Int64
    private let step: Int64
    /// The windows, and the moment before the first one.
    private let moments: Int
    private var done = 0
    private var size = Self.firstMoments
    private var rounds: StoredRounds
    private var metrics: [MetricRounds]
    private var hasSeries = false
    /// Whether the server has left out what it may have.
    private var isPartial = false
    private var fractions = 0
    private var failures: [SourceError] = []
    private var notes = PrometheusReceipt()

    init(
        _ spec: CanarySpec,
        _ questions: StoredQuestions,
        from: Timestamp,
        to: Timestamp,
        step: Duration
    ) throws(SourceError) {
        self.spec = spec
        self.questions = questions
        self.from = from.milliseconds
        self.step = max(1, step.wholeMilliseconds)
        let (length, overflow) = to.milliseconds.subtractingReportingOverflow(from.milliseconds)
        guard !overflow, length >= self.step else {
            throw SourceError(
                .tooShort,
                "the time to be judged is shorter than a window of \(Phrase.duration(step.inSeconds))",
                hint: "look at a longer time"
            )
        }
        let count = length / self.step
        guard count <= Int64(PrometheusArchive.mostWindows) else {
            throw SourceError(
                .tooMuch,
                "\(count) windows of \(Phrase.duration(step.inSeconds)) are more than "
                    + "\(PrometheusArchive.mostWindows) at once",
                hint: "judge a shorter time, or set a longer pace.interval"
            )
        }
        moments = Int(count) + 1
        past = PastTelemetry(windows: [], step: .milliseconds(self.step))
        past.windows.reserveCapacity(moments)
        rounds = StoredRounds(configuration: questions.configuration)
        metrics = questions.metrics.makeRounds()
    }

    /// - Throws: if nothing at all can be said.
    mutating func readAll(before end: ContinuousClock.Instant) async throws(SourceError) {
        while done < moments {
            let count = min(size, moments - done)
            guard let times = TimeGrid(first: from + Int64(done) * step, step: step, count: count) else {
                throw SourceError(.badQuery, "the moments from \(from) by \(step) ms cannot be asked for")
            }
            if failures.count >= Self.mostFailures, let last = failures.last {
                skip(times, last)
                continue
            }
            do throws(SourceError) {
                try await read(times, before: end)
            } catch {
                // What is wrong now will be wrong later; what is only late may come.
                guard error.disposition == .retry, done > 0 || failures.isEmpty else { throw error }
                failures.append(error)
                skip(times, error)
            }
        }
        if past.windows.allSatisfy({ $0.window.quality.unusable != nil }), let first = failures.first { throw first }
        guard hasSeries || isPartial || !failures.isEmpty else {
            let moment = Timestamp(milliseconds: from + Int64(moments - 1) * step)
            let found = await EmptyAnswer.explain(questions, spec, at: moment, before: end)
            throw SourceError(
                .noSeries,
                found.message,
                hint: found.hint,
                asked: PrometheusClient.shown(questions.text(.requestTotals))
            )
        }
        if fractions > 0 {
            past.notes.append(
                "\(fractions) counts were not whole numbers and are rounded: recorded or averaged series?"
            )
        }
        if rounds.lateBaselines > 0 {
            let pods = rounds.lateBaselines == 1 ? "1 pod" : "\(Phrase.count(rounds.lateBaselines)) pods"
            past.notes.append(
                "\(pods) had the first sample within this time: what was counted before it, at most one window each, is not known "
                    + "and left out (scraping counts it)"
            )
        }
        for warning in notes.warnings { past.notes.append("\(questions.client.server) warns: \(warning)") }
    }

    private mutating func read(_ times: TimeGrid, before end: ContinuousClock.Instant) async throws(SourceError) {
        let stretch = try await questions.stretch(times, before: end)
        past.samples += stretch.receipt.samples
        notes.add(stretch.receipt)
        for note in stretch.notes where !past.notes.contains(note) { past.notes.append(note) }
        if let warning = stretch.receipt.partialWarnings.first {
            isPartial = true
            let message =
                "\(questions.client.server) answered in part only (\(warning)); asked was: "
                + PrometheusClient.shown(questions.text(.requestTotals))
            skip(times, label: "partial-answer", message: message)
            return
        }
        hasSeries = hasSeries || stretch.grid.hasSeries
        fractions += stretch.grid.fractions
        var windows = rounds.windows(of: stretch.grid)
        if !questions.metrics.isEmpty {
            var receipt = PrometheusReceipt()
            let own = await questions.metrics.windows(times, &metrics, &receipt, asking: questions, before: end)
            past.samples += receipt.samples
            for index in windows.indices where index < own.count { windows[index].metrics = own[index] }
        }
        append(windows, times)
        size = min(RangeChunks.mostPoints, max(1, Self.samples / max(1, stretch.receipt.series)))
    }

    private mutating func append(_ windows: [Window], _ times: TimeGrid) {
        // The first moment of all is the baseline of the first window.
        for (index, window) in windows.enumerated() where done + index > 0 {
            past.windows.append(TimedWindow(at: Timestamp(milliseconds: times.time(at: index)), window: window))
        }
        done += windows.count
    }

    /// Windows of a stretch that could not be read; counting begins anew after it.
    private mutating func skip(_ times: TimeGrid, _ error: SourceError) {
        skip(times, label: error.label, message: error.inOneLine)
    }

    private mutating func skip(_ times: TimeGrid, label: String, message: String) {
        var window = Window(seconds: Double(step) / 1000)
        window.quality.unusable = .source(label: label, message: message)
        append(Array(repeating: window, count: times.count), times)
        rounds = StoredRounds(configuration: questions.configuration)
        metrics = questions.metrics.makeRounds()
    }
}
