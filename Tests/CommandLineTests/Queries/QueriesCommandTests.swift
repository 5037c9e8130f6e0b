import CanaryTestKit
import Foundation
import Testing

/// `haldane queries`, without a server.
@Suite struct QueriesCommandTests {
    static let orders = """
        # asks: how many orders were taken
        # unit: orders
        # labels: ${pod}
        # kind: counter
        # direction: none
        sum by (${pod}) (orders_total{${version}})

        """
    static let refused = """
        # asks: how many orders the payment provider refused
        # unit: orders
        # labels: ${pod}
        # kind: counter
        # direction: lower is better
        # of: orders
        sum by (${pod}) (orders_refused_total{${version}})

        """

    /// A folder with these files.
    static func folder(_ scratch: Scratch, _ files: [String: String]) throws -> String {
        let folder = scratch.path("queries")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return folder.path
    }

    @Test("lists the queries, and prints one as its file is", arguments: [["queries"], ["queries", "list"]])
    func list(command: [String]) throws {
        let all = try HaldaneProcess.run(command)
        let one = try HaldaneProcess.run(command + ["request_totals"])
        let none = try HaldaneProcess.run(command + ["request_total"])

        #expect(all.code == 0)
        #expect(all.output.contains("\nrequest_totals "))
        #expect(one.output.hasPrefix("# asks: "))
        #expect(none.code == 64)
        #expect(none.talk.contains("did you mean 'request_totals'?"))
    }

    @Test("lists a user's queries among the others")
    func own() throws {
        let scratch = try Scratch()
        let folder = try Self.folder(scratch, ["orders.promql": Self.orders, "refused.promql": Self.refused])

        let run = try HaldaneProcess.run(["queries", "--queries", folder])

        #expect(run.code == 0, "\(run.talk)")
        #expect(run.output.contains("how many orders were taken (yours)"))
        #expect(run.output.contains("refused, of orders (yours)"))
    }

    @Test("finds nothing in the built-in queries and in a good folder")
    func lintGood() throws {
        let scratch = try Scratch()
        let folder = try Self.folder(
            scratch,
            ["orders.promql": Self.orders, "refused.promql": Self.refused, "notes.txt": "rate(x)"]
        )

        let builtIn = try HaldaneProcess.run(["queries", "lint", "--output", "json"])
        let own = try HaldaneProcess.run(["queries", "lint", folder])

        #expect(builtIn.code == 0)
        #expect(try builtIn.json()["schema"] as? String == "haldane.query-lint/1")
        #expect(try builtIn.json()["errors"] as? Int == 0)
        #expect(own.code == 0, "\(own.output)")
        #expect(own.output.contains("2 queries: 0 errors, 0 warnings"))
    }

    @Test("shows every fault of a folder with file, line and column, and ends with 64")
    func lintBad() throws {
        let scratch = try Scratch()
        let rate = Self.orders.replacingOccurrences(of: "orders_total{${version}}", with: "rate(a{${version}}[5m])")
        let folder = try Self.folder(
            scratch,
            ["rate.promql": rate, "refused.promql": Self.refused, "empty.promql": "", "up.promql": "up\n"]
        )

        let run = try HaldaneProcess.run(["queries", "lint", folder])

        #expect(run.code == 64)
        #expect(run.output.contains("\(folder)/rate.promql:6:18: error: rate() of a counter"))
        #expect(run.output.contains("\(folder)/refused.promql:6:1: error: there is no query 'orders'"))
        #expect(run.output.contains("\(folder)/empty.promql:1:1: error: "))
        #expect(try HaldaneProcess.run(["queries", "--queries", folder]).talk.contains("cannot be used"))
    }

    @Test("refuses folders that cannot be what is meant")
    func folders() throws {
        let scratch = try Scratch()
        let big = try Self.folder(scratch, ["big.promql": String(repeating: "#", count: 70_000)])
        let nothing = try Scratch()
        let bytes = try Scratch()
        try Data([0x23, 0xFF, 0xFE]).write(to: bytes.path("own.promql"))
        let pipe = try Scratch()
        #expect(mkfifo(pipe.path("own.promql").path, 0o600) == 0)

        let crowd = try Scratch()
        let many = try Self.folder(
            crowd,
            Dictionary(uniqueKeysWithValues: (0...500).map { ("q\($0).promql", "") })
        )
        for (folder, reason) in [
            (big, "65536 bytes"), (many, "more than 500"), (nothing.folder.path, "no query"),
            (bytes.folder.path, "UTF-8"),
            ("/nowhere", "/nowhere"), (pipe.folder.path, "not a file"),
        ] {
            let run = try HaldaneProcess.run(["queries", "lint", folder], seconds: 20)
            #expect(run.code == 64, "\(folder)")
            #expect(run.talk.contains(reason), "\(run.talk)")
        }
    }

    @Test("refuses times and lengths that are none, and a spec without a server")
    func usage() throws {
        let spec = SampleFiles.spec

        for arguments in [["--at", "yesterday"], ["--period", "0s"], ["--period", "1y"]] {
            let run = try HaldaneProcess.run(["queries", "run", "request_totals", "-"] + arguments, input: spec)
            #expect(run.code == 64)
        }
        let run = try HaldaneProcess.run(["queries", "run", "request_totals", "-"], input: spec)
        #expect(run.code == 64)
        #expect(run.talk.contains("names no Prometheus server"))
    }

    @Test("ends with 3 and names the server when nobody answers there")
    func unreachable() throws {
        let spec = SampleFiles.spec.replacingOccurrences(
            of: "scrape: { targets: [\"http://127.0.0.1:1/stats/prometheus\"] }",
            with: "prometheus: { url: \"http://127.0.0.1:1\" }"
        )

        let run = try HaldaneProcess.run(["queries", "run", "request_totals", "-", "--output", "json"], input: spec)
        let lint = try HaldaneProcess.run(["queries", "lint", "--prometheus", "http://127.0.0.1:1"])

        #expect(run.code == 3)
        #expect((try run.json()["parts"] as? [[String: Any]])?.first?["fault"] as? String != nil)
        #expect(lint.code == 3)
        #expect(lint.output.contains("127.0.0.1:1"))
    }
}
