import CanaryQueries
import Testing

@Suite struct QueryLibraryTests {
    @Test("holds six questions with complete headers and raw counters")
    func builtIn() throws {
        let queries = try QueryLibrary.builtIn()

        #expect(queries.count == 6)
        for query in queries {
            #expect(!query.expression.contains("rate("))
            #expect(!query.holes.isEmpty)
            #expect(query.expression.count { $0 == "(" } == query.expression.count { $0 == ")" })
        }
    }

    @Test("fills holes and escapes what is put in")
    func holes() throws {
        let header = "# asks: x\n# unit: requests\n# labels: pod\n# kind: counter\n# direction: none\n"
        let query = try CanaryQuery(name: "q", text: header + "sum by (pod) (a{b=\"${hole}\"})\n")

        #expect(query.holes == ["hole"])
        #expect(try query.filled(["hole": "x\"\\y"]) == "sum by (pod) (a{b=\"x\\\"\\\\y\"})")
        #expect(throws: QueryError.self) { try query.filled([:]) }
    }

    @Test("names the line of a bad header")
    func badHeader() {
        let error = #expect(throws: QueryError.self) {
            try CanaryQuery(name: "q", text: "# asks: x\n# kind: sum\n# direction: none\n# unit: u\n# labels: pod\na\n")
        }

        #expect(error?.line == 2)
        #expect(throws: QueryError.self) { try CanaryQuery(name: "q", text: "up\n") }
    }
}
