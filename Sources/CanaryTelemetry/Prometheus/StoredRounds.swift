/// Makes windows of stored counters, by the rules of scraping.
///
/// At each moment of a grid the samples of each pod are what a page would have said. A pod whose latest sample is not new
/// has failed in that round (`stale`), however often a server repeats its last values: what was not measured is not zero
/// traffic. A pod that the server does not scrape any more is gone. A series that is missing while its pod was sampled and
/// its process lives is a hole in the answer (`gap`), not a counter at zero.
///
/// It outlives its grids: baselines and failures go on from one stretch of time to the next.
package struct StoredRounds: Sendable {
    private var collector: TelemetryCollector
    private var memories: [String: PodMemory] = [:]
    private var round = Round()
    private var hasBegun = false

    /// Pods whose first sample came after the first moment. It is their baseline: what they had counted by then is not in any
    /// window, while a scraped page without requests would have proved that they began at zero.
    package private(set) var lateBaselines = 0

    /// What is remembered of a pod.
    private struct PodMemory: Sendable {
        /// When the sample was taken that was read last, in milliseconds.
        var sampleTime: Int64?
        var startSeconds: Double?
        /// The values of its series when it was read last, by the grid's columns; NaN for none.
        var values: [Double] = []
        /// Of series that the grid does not have, and of all between two grids, by label text.
        var others: [[UInt8]: Double] = [:]
        /// Rounds since it was read.
        var missed = 0
    }

    /// What came of the pods in the round that is open.
    private struct Round: Sendable {
        var answered: Set<String> = []
        var faults: [String: PageReading.Fault] = [:]
        var gone: Set<String> = []
    }

    package init(configuration: CollectorConfiguration) {
        collector = TelemetryCollector(configuration: configuration)
    }

    /// One window for each moment, each `times.step` long. Pods that are missing now and come back later have failed, not left.
    package mutating func windows(of grid: PodGrid) -> [Window] {
        var windows: [Window] = []
        windows.reserveCapacity(grid.times.count)
        let seconds = Double(grid.times.step) / 1000
        let names = begin(grid)
        for moment in 0..<grid.times.count {
            read(grid, names, moment, canLookAhead: true)
            windows.append(endRound(seconds: seconds))
        }
        end(grid)
        return windows
    }

    /// One window for all moments together: a live round, which may have to make up for others.
    package mutating func window(of grid: PodGrid, seconds: Double) -> Window {
        let names = begin(grid)
        for moment in 0..<grid.times.count { read(grid, names, moment, canLookAhead: false) }
        end(grid)
        return endRound(seconds: seconds)
    }

    // MARK: A grid

    /// Puts the values of known series where the grid's columns are.
    ///
    /// - Returns: the pods that are known or in the grid.
    private mutating func begin(_ grid: PodGrid) -> [String] {
        for name in memories.keys {
            guard var memory = memories.removeValue(forKey: name) else { continue }
            memory.values = (grid.pods[name]?.columns ?? []).map {
                memory.others.removeValue(forKey: $0.labels) ?? .nan
            }
            memories[name] = memory
        }
        return Set(memories.keys).union(grid.podNames).sorted()
    }

    /// Keeps the values of known series for the next grid.
    private mutating func end(_ grid: PodGrid) {
        for name in memories.keys {
            guard var memory = memories.removeValue(forKey: name) else { continue }
            for (column, value) in zip(grid.pods[name]?.columns ?? [], memory.values) where !value.isNaN {
                memory.others[column.labels] = value
            }
            memory.values = []
            memories[name] = memory
        }
    }

    // MARK: A round

    private mutating func read(_ grid: PodGrid, _ names: [String], _ moment: Int, canLookAhead: Bool) {
        let time = grid.times.time(at: moment)
        for name in names {
            let samples = grid.pods[name] ?? PodSamples()
            let sampleTime = moment < samples.sampleTimes.count ? samples.sampleTimes[moment] : .min
            guard sampleTime != .min else {
                if memories[name] != nil { miss(name, samples, grid, moment, canLookAhead) }
                continue
            }
            round.gone.remove(name)
            var memory = memories.removeValue(forKey: name) ?? PodMemory()
            let isFirst = memory.sampleTime == nil
            let isNew = sampleTime > memory.sampleTime ?? (time - grid.times.step)
            if sampleTime > time + 1000 {
                let lead = Double(sampleTime - time) / 1000
                fail(name, &memory, "future", "the latest sample of \(name) is \(Self.shown(lead)) in the future")
            } else if !isNew {
                let age = Double(time - sampleTime) / 1000
                let message = "the latest sample of \(name) is \(Self.shown(age)) old: none was taken in this round"
                // A pod that was never read and whose samples are old has left before.
                if isFirst { continue }
                fail(name, &memory, "stale", message)
                if memory.missed > TelemetryCollector.patience, !isTarget(samples, moment) {
                    leave(name)
                    continue
                }
            } else {
                take(samples, moment, name, sampleTime, &memory)
            }
            memories[name] = memory
        }
    }

    /// A pod that the server has no sample of.
    private mutating func miss(
        _ name: String,
        _ samples: PodSamples,
        _ grid: PodGrid,
        _ moment: Int,
        _ canLookAhead: Bool
    ) {
        guard var memory = memories[name] else { return }
        let isExpected: Bool
        if grid.knowsTargets {
            isExpected = isTarget(samples, moment)
        } else if canLookAhead {
            let later = samples.sampleTimes.dropFirst(moment + 1).prefix(TelemetryCollector.patience)
            isExpected = later.contains { $0 != .min }
        } else {
            isExpected = memory.missed < TelemetryCollector.patience
        }
        guard isExpected else {
            leave(name)
            return
        }
        fail(name, &memory, "no-sample", "the server has no sample of \(name): scraping it failed")
        memories[name] = memory
    }

    private func isTarget(_ samples: PodSamples, _ moment: Int) -> Bool {
        moment < samples.isTarget.count && samples.isTarget[moment]
    }

    private mutating func leave(_ name: String) {
        memories[name] = nil
        round.gone.insert(name)
        round.faults[name] = nil
    }

    private mutating func fail(_ name: String, _ memory: inout PodMemory, _ label: String, _ message: String) {
        round.faults[name] = PageReading.Fault(label: label, message: message)
        if !round.answered.contains(name) { memory.missed += 1 }
    }

    private mutating func take(
        _ samples: PodSamples,
        _ moment: Int,
        _ name: String,
        _ sampleTime: Int64,
        _ memory: inout PodMemory
    ) {
        let reading = samples.reading(at: moment)
        if let fault = reading.fault {
            fail(name, &memory, fault.label, fault.message)
            return
        }
        if let missing = hole(in: samples, moment, reading, memory) {
            let text = String(decoding: missing.prefix(300), as: UTF8.self)
            fail(name, &memory, "gap", "the answer lacks a series of \(name) that was there before: {\(text)}")
            if memory.missed > TelemetryCollector.patience { memory = PodMemory() }
            return
        }
        if memory.sampleTime == nil, hasBegun { lateBaselines += 1 }
        memory.sampleTime = sampleTime
        memory.startSeconds = reading.process.startSeconds
        memory.missed = 0
        memory.others = [:]
        memory.values = samples.columns.map { $0.values[moment] }
        collector.ingest(reading: reading, from: name)
        round.answered.insert(name)
        round.faults[name] = nil
    }

    /// A series that should be there and is not.
    private func hole(in samples: PodSamples, _ moment: Int, _ reading: PageReading, _ memory: PodMemory) -> [UInt8]? {
        if let before = memory.startSeconds, let now = reading.process.startSeconds, (now - before).magnitude > 1.5 {
            return nil
        }
        var missing = memory.others.keys.min { $0.lexicographicallyPrecedes($1) }
        var hasFallen = false
        for (column, before) in zip(samples.columns, memory.values) where !before.isNaN {
            let now = column.values[moment]
            if now.isNaN {
                missing = missing ?? column.labels
            } else if now < before {
                hasFallen = true
            }
        }
        return hasFallen && memory.startSeconds == nil ? nil : missing
    }

    private mutating func endRound(seconds: Double) -> Window {
        let names = Set(memories.keys).union(round.answered).subtracting(round.gone)
        collector.expect(names.sorted().map { TelemetryTarget(name: $0) })
        for (name, fault) in round.faults.sorted(by: { $0.key < $1.key })
        where !round.answered.contains(name) && names.contains(name) {
            collector.fail(target: name, label: fault.label, message: fault.message)
        }
        round = Round()
        hasBegun = true
        return collector.endRound(seconds: seconds)
    }

    private static func shown(_ seconds: Double) -> String {
        seconds < 10 ? "\((seconds * 10).rounded() / 10) s" : "\(Int(min(seconds, 1e9).rounded())) s"
    }
}
