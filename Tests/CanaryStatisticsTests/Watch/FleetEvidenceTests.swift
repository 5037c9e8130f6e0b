import CanaryStatistics
import Testing

struct FleetEvidenceTests {
    @Test("the detector's sum is the regression mixture in which every window has mass one")
    func sameAsMixture() {
        var traffic = WatchTraffic(seed: 11)
        traffic.hasLatency = false
        let model = traffic.model()
        let grid = TiltGrid.regression()
        let divisors = RegressionDivisors(phi1: 1, phi2: 1, z: 1)
        var mixture = RegressionMixture()
        var watch = Watch(model)
        for _ in 0..<6 {
            let (stable, canary) = traffic.window(canaryErrors: 0.03)

            watch.add([(stable, canary)])
            mixture.add(
                stable: EventCount(x: stable.failures, n: stable.requests),
                canary: EventCount(x: canary.failures, n: canary.requests),
                rho: model.rho[0],
                delta: model.delta[0],
                divisors: divisors,
                grid: grid,
                logMass: 0
            )

            #expect(watch.reading.logM == mixture.logE(grid: grid, logUnspent: -.infinity))
        }
    }

    @Test("a fleet gives the same bits as its services one by one")
    func sameBits() {
        var traffic = WatchTraffic(seed: 3)
        var fleet = FleetEvidence()
        var windows = FleetWindows()
        var alone: [Watch] = []
        for service in 0..<7 {
            traffic.errors = 0.002 * Double(service + 1)
            traffic.hasLatency = service % 3 != 1
            let model = traffic.model()
            var watch = Watch(model)
            fleet.append(watch.evidence, logThreshold: watch.logThreshold)
            windows.beginService(model)
            // Different numbers of windows, none at all among them.
            let pairs = (0..<service * 3).map { _ in traffic.window(canaryErrors: service == 5 ? 0.2 : nil) }
            for (stable, canary) in pairs { windows.add(seconds: 5, stable: stable.counts, canary: canary.counts) }
            watch.add(pairs)
            alone.append(watch)
        }

        fleet.add(windows)

        for (index, watch) in alone.enumerated() {
            #expect(fleet.evidence(of: index).state == watch.evidence.state)
            #expect(fleet.reading(index) == watch.reading)
        }
    }

    @Test("evidence that is stored after any window goes on with the same bits")
    func storedAndTakenUp() throws {
        var traffic = WatchTraffic(seed: 5)
        let model = traffic.model()
        let pairs = (0..<40).map { traffic.window(canaryErrors: $0 > 25 ? 0.05 : nil) }
        var whole = Watch(model)
        whole.add(pairs)
        for cut in [0, 1, 2, 7, 26, 39, 40] {
            var first = Watch(model)
            first.add(Array(pairs[..<cut]))
            let stored = first.evidence
            let taken = try #require(
                WatchEvidence(model: stored.model, reference: stored.reference, state: stored.state)
            )

            var second = Watch(taken)
            second.add(Array(pairs[cut...]))

            #expect(second.evidence.state == whole.evidence.state, "cut at \(cut)")
        }
    }

    @Test("windows in which a side has no request change nothing")
    func silence() {
        var traffic = WatchTraffic(seed: 8)
        var watch = Watch(traffic.model())
        watch.add((0..<10).map { _ in traffic.window() })
        let before = watch.reading
        let nothing = WatchTraffic.Side(requests: 0, failures: 0, latency: [])

        watch.add([(traffic.window().0, nothing), (nothing, traffic.window().1), (nothing, nothing)])

        #expect(watch.reading.logM == before.logM)
        #expect(watch.reading.logE == before.logE)
        #expect(watch.reading.safetyLogs == before.safetyLogs)
    }

    @Test("one freak window is no alarm, a second one is")
    func freak() {
        var traffic = WatchTraffic(seed: 21)
        var watch = Watch(traffic.model())
        watch.add((0..<50).map { _ in traffic.window() })
        let dead = WatchTraffic.Side(requests: 40, failures: 40, latency: [])

        watch.add([(traffic.window().0, dead)])
        #expect(watch.reading.logM > watch.logThreshold)
        #expect(!watch.reading.isAlarm)

        watch.add([(traffic.window().0, dead)])
        #expect(watch.reading.isAlarm)
    }

    @Test("an alarm stands until the evidence is below ten, and that is seen soon however long the regression was")
    func recovery() {
        var traffic = WatchTraffic(seed: 23)
        var watch = Watch(traffic.model())
        watch.add((0..<300).map { _ in traffic.window(canaryErrors: 0.5) })
        #expect(watch.reading.isAlarm)
        #expect(watch.reading.logM <= watch.logThreshold + 5)

        var needed = 0
        while watch.reading.isAlarm, needed < 2000 {
            let before = watch.reading.logM
            watch.add([traffic.window()])
            needed += 1
            #expect(watch.reading.isAlarm || watch.reading.logM < Elementary.log(10))
            #expect(before >= Elementary.log(10))
        }

        // About 20 nats have to go, at some 0.7 nats a window.
        #expect(needed > 1 && needed < 200, "\(needed) windows")
    }

    @Test("a new day drops the day's evidence and the safety, not the detector")
    func newDay() {
        var traffic = WatchTraffic(seed: 4)
        var watch = Watch(traffic.model())
        watch.add((0..<200).map { _ in traffic.window() })
        let before = watch.reading

        watch.beginDay()

        #expect(watch.reading.logM == before.logM)
        #expect(watch.reading.logE == -.infinity)
        #expect(before.safetyLogs.contains { $0 > 0 })
        #expect(watch.reading.safetyLogs.allSatisfy { $0.magnitude < 1e-9 })
    }

    @Test("windows without latency leave the latency metrics' sums as they are")
    func noLatency() {
        var traffic = WatchTraffic(seed: 9)
        var watch = Watch(traffic.model())
        watch.add((0..<10).map { _ in traffic.window() })
        let before = watch.reading.metricLogs
        #expect(before.count > 1)

        traffic.hasLatency = false
        watch.add((0..<50).map { _ in traffic.window() })

        #expect(watch.reading.metricLogs.dropFirst() == before.dropFirst())
        #expect(watch.reading.metricLogs[0] != before[0])
    }

    @Test("dispersion that was taken over from an incident fades by the day")
    func fading() {
        var traffic = WatchTraffic(seed: 12)
        var incident = Watch(traffic.model())
        for window in 0..<200 {
            traffic.errors = window % 2 == 0 ? 0.001 : 0.2
            incident.learn([traffic.window()])
        }
        traffic.errors = 0.01
        var watch = Watch(incident.evidence.rechosen(traffic.model()))
        let first = watch.reading.phi[0]
        #expect(first > 2)

        for _ in 0..<12 {
            watch.beginDay()
            watch.learn((0..<100).map { _ in traffic.window() })
        }

        #expect(watch.reading.phi[0] < 1 + (first - 1) / 4, "\(first) became \(watch.reading.phi[0])")
    }

    @Test("counts of any shape neither trap nor make evidence that is no number")
    func oddCounts() {
        var traffic = WatchTraffic(seed: 6)
        var watch = Watch(traffic.model())
        let odd: [Double] = [.nan, .infinity, -1, 0, 1e300, 5]
        for requests in odd {
            for failures in odd {
                let side = WatchTraffic.Side(requests: requests, failures: failures, latency: odd)
                watch.add([(side, traffic.window().1), (traffic.window().0, side)], seconds: requests)
            }
        }
        #expect(!watch.reading.logM.isNaN)
        #expect(!watch.evidence.state.contains { $0.isNaN })
    }

    @Test("stored evidence that does not fit its model is refused")
    func misfit() {
        let model = WatchTraffic(seed: 1).model()
        let evidence = WatchEvidence(model: model, reference: 5)
        #expect(WatchEvidence(model: model, reference: 5, state: Array(evidence.state.dropLast())) == nil)
        #expect(WatchEvidence(model: model, reference: 0, state: evidence.state) == nil)
        #expect(WatchEvidence(model: model, reference: 5, state: evidence.state.map { _ in .nan }) == nil)
    }
}
