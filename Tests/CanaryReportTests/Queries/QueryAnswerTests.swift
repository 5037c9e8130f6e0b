import CanaryCore
import CanaryReport
import Testing

@Suite struct QueryAnswerTests {
    private static func answer(_ parts: [QueryAnswer.Part]) -> QueryAnswer {
        QueryAnswer(
            name: "request_totals",
            asks: "how many requests",
            unit: "requests",
            server: "http://127.0.0.1:9090",
            at: Timestamp(milliseconds: 1_795_430_756_000),
            parts: parts
        )
    }

    @Test("shows a table with what is the same everywhere said once, and the query as sent")
    func table() {
        let rows = [("a-1", 1200.0), ("a-2", 3)].map { pod, value in
            QueryAnswer.Row(labels: [.init("code", "200"), .init("pod", pod)], value: value)
        }
        let answer = Self.answer([.init(version: nil, query: "sum by (pod)\n(a)", rows: rows, samples: 2)])

        #expect(
            answer.text(style: .plain) == """
                request_totals: how many requests (requests)
                2 samples from http://127.0.0.1:9090 at 2026-11-23T10:45:56.000Z

                all: code=200
                pod  value
                a-1  1,200
                a-2      3

                sent
                  sum by (pod)
                  (a)

                """
        )
        #expect(answer.exitCode == .healthy)
    }

    @Test("tells nothing from none")
    func nothing() {
        let answer = Self.answer([.init(version: nil, query: "a")])

        #expect(answer.exitCode == .unknown)
        #expect(answer.text(style: .plain).contains("nothing is known, which is not zero"))
    }

    @Test("ends with 3 if one of two versions could not be asked")
    func fault() {
        let row = QueryAnswer.Row(labels: [], value: .nan)
        let answer = Self.answer([
            .init(version: "v1", query: "a", rows: [row], samples: 1),
            .init(version: "v2", query: "b", warnings: ["x\u{1B}[2J"], fault: "bad\u{7}"),
        ])

        #expect(answer.exitCode == .unknown)
        #expect(answer.text(style: .plain).contains("NaN"))
        #expect(!answer.text(style: .plain).contains("\u{1B}"))
        #expect(String(decoding: answer.json(), as: UTF8.self).contains("\"value\":\"NaN\""))
    }
}
