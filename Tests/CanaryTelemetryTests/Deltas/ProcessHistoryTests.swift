import CanaryTelemetry
import Foundation
import Testing

@Suite struct ProcessHistoryTests {
    private struct Oracle: Decodable {
        let counterDelta: [Delta]
        let counterProcess: [Process]

        enum CodingKeys: String, CodingKey {
            case counterDelta = "counter_delta"
            case counterProcess = "counter_process"
        }

        struct Delta: Decodable {
            let process: String
            let prev: Int?
            let cur: Int?
            let delta: Int?
        }

        struct Process: Decodable {
            let before: Scrape?
            let now: Scrape
            let process: String
            let delta: [String: Int?]
        }

        struct Scrape: Decodable {
            let start: Double?
            let counters: [String: Int]

            init(from decoder: any Decoder) throws {
                var pair = try decoder.unkeyedContainer()
                start = try pair.decodeNil() ? nil : pair.decode(Double.self)
                counters = try pair.decode([String: Int].self)
            }
        }
    }

    private func oracle() throws -> Oracle {
        try JSONDecoder().decode(Oracle.self, from: Data(Fixture.bytes("counters.json")))
    }

    private func name(_ history: ProcessHistory) -> String {
        switch history {
        case .known: "known"
        case .restarted: "restarted"
        case .neverSeen: "never_seen"
        }
    }

    @Test("one counter grows as the oracle says")
    func counters() throws {
        let cases = try oracle().counterDelta

        #expect(cases.count == 12)
        for one in cases {
            let history = try #require(
                [ProcessHistory.known, .restarted, .neverSeen].first { name($0) == one.process }
            )
            #expect(history.increase(from: one.prev, to: one.cur) == one.delta, "\(one)")
        }
    }

    @Test("a process is recognised as the oracle says")
    func processes() throws {
        let cases = try oracle().counterProcess

        #expect(cases.count == 7)
        for one in cases {
            let both = (one.before?.counters ?? [:]).compactMap { key, value in
                one.now.counters[key].map { (before: value, now: $0) }
            }
            let history = ProcessHistory(
                before: one.before.map { ProcessIdentity(startSeconds: $0.start) },
                now: ProcessIdentity(startSeconds: one.now.start),
                counters: both
            )
            #expect(name(history) == one.process)
            for (key, delta) in one.delta {
                let increase = history.increase(from: one.before?.counters[key], to: one.now.counters[key])
                #expect(increase == delta, "\(key)")
            }
        }
    }

    @Test("Envoy's uptime that fell is a restart, and one that rose leaves it to the counters")
    func uptime() {
        let before = ProcessIdentity(uptimeSeconds: 500)

        #expect(ProcessHistory(before: before, now: .init(uptimeSeconds: 3), counters: [(5, 9)]) == .restarted)
        #expect(ProcessHistory(before: before, now: .init(uptimeSeconds: 505), counters: [(5, 9)]) == .known)
        #expect(ProcessHistory(before: before, now: .init(uptimeSeconds: 505), counters: [(5, 1)]) == .restarted)
    }

    @Test("a start time that is computed anew for each page may differ by a second")
    func jitter() {
        let before = ProcessIdentity(startSeconds: 1000.2)

        #expect(ProcessHistory(before: before, now: .init(startSeconds: 1001.2), counters: [(5, 1)]) == .known)
        #expect(ProcessHistory(before: before, now: .init(startSeconds: 1010), counters: [(5, 9)]) == .restarted)
    }
}
