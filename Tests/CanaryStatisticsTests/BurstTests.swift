import CanaryStatistics
import Foundation
import Testing

@Suite struct BurstTests {
    @Test("measures the oracle's dispersion")
    func dispersion() throws {
        for part in try Oracle.cases("dispersion") {
            var dispersion = Dispersion(metricCount: 1)
            for row in try part.rows("windows_yA_yB_nA_nB") {
                dispersion.add([
                    Dispersion.Halves(
                        first: EventCount(x: row[0], n: row[2]),
                        second: EventCount(x: row[1], n: row[3])
                    )
                ])
            }

            #expect(try agrees(dispersion.phi(0), part.number("phi")), "\(part["name"] ?? "")")
        }
    }

    @Test("skips blocks in which one half had no requests")
    func skippedBlocks() {
        var dispersion = Dispersion(metricCount: 1)
        for _ in 0..<50 {
            dispersion.add([Dispersion.Halves(first: EventCount(x: 40, n: 50), second: EventCount())])
        }

        #expect(dispersion.phi(0) == 1)
        #expect(dispersion.events(0) == 0)
    }

    @Test("remembers the oracle's episodes")
    func podMemory() throws {
        let part = try #require(Oracle.sequential()["pod_memory"] as? [String: Any])
        var memory = try BurstMemory(
            rho: [part.number("rho")],
            delta: [part.number("delta")],
            slowMean: [part.number("slow_mean_start")]
        )
        var tally = SideTally(lowestEdge: 0, edgeCount: 0, bucketCount: 1)
        for window in try part.objects("windows") {
            let x = try window.numbers("x")
            let n = try window.numbers("n")
            tally.count(x.indices.map { PodCounts(name: "s-\($0)", requests: n[$0], failures: x[$0], latency: []) })

            memory.add(tally)

            let expected = try window.rows("W")
            for pod in expected.indices {
                #expect(agrees(memory.evidence(pod: pod, metric: 0), expected[pod]))
            }
            #expect(try agrees(memory.largest(metric: 0), window.numbers("top")))
            #expect(try agrees(memory.slowMean[0], window.number("slow_mean_after")))
        }
        #expect(memory.podWindows == 20)
    }

    @Test("deducts what the oracle deducts")
    func penalty() throws {
        for part in try Oracle.cases("penalty") {
            let top = try part.numbers("top")
            let deduction = try EpisodeDeduction(
                peak: top.max() ?? 0,
                stablePodWindows: part.number("v1_pod_windows"),
                canaryPodWindows: part.number("v2_pod_windows")
            )

            #expect(try agrees(deduction.chanceLevel, part.number("n0")))
            #expect(try agrees(deduction.gate, part.number("gate")))
            #expect(try agrees(deduction.kappa, part.number("kappa")))
            let penalty = try deduction.penalty(
                largest: top,
                phi2: part.number("phi2"),
                z: 0.5,
                load: part.number("load")
            )
            #expect(try agrees(penalty, part.number("penalty")))
        }
    }

    @Test("takes no watched pod-window for one")
    func nothingWatched() {
        let deduction = EpisodeDeduction(peak: 0, stablePodWindows: 0, canaryPodWindows: 0)

        #expect(deduction.chanceLevel == 1)
        #expect(deduction.gate == 0)
        #expect(deduction.kappa == 2)
    }

    @Test("puts each new pod into the half with fewer live pods")
    func halves() {
        var roster = PodRoster()
        var halves = StableHalves()
        func follow(_ names: [String]) -> [Bool] {
            let pods = names.map { PodCounts(name: $0, requests: 0, failures: 0, latency: []) }
            if let places = roster.align(with: pods) {
                halves.follow(places: places, names: roster.names)
            }
            return halves.isSecond
        }

        #expect(follow(["b", "a", "c"]) == [true, false, false])
        #expect(follow(["b", "a", "c"]) == [true, false, false])
        #expect(follow(["b", "c"]) == [true, false])
        #expect(follow(["c", "d", "b"]) == [false, false, true])
        #expect(follow(["d", "e", "f", "x"]) == [false, true, false, true])
        #expect(follow(["e", "e"]) == [true, false])
    }

    @Test("carries a step's load into the next, which never starts lower")
    func load() {
        var load = CanaryLoad()
        load.add(stableRequests: 400, stablePods: 4, canaryRequests: 10, canaryPods: 2)
        #expect(load.value == 0.25)
        load.add(stableRequests: 0, stablePods: 4, canaryRequests: 390, canaryPods: 2)
        #expect(agrees(load.value, 2))
        load.beginStep()
        load.add(stableRequests: 0, stablePods: 4, canaryRequests: 10, canaryPods: 2)
        #expect(agrees(load.value, 2))
    }
}
