import CanaryQueries
import Testing

@Suite struct CanaryQueryTests {
    @Test("fills holes and escapes what is put in for the quotes that it stands in")
    func quotes() throws {
        let text = SampleHoles.query("a{b=\"${namespace}\", c='${namespace}', d=`${reporter}`}")
        let query = try CanaryQuery(name: "q", text: text)

        let filled = try query.filled(["namespace": .text("x\"'\\\ny"), "reporter": .text("a\\b")])

        #expect(query.holes == ["namespace", "reporter"])
        #expect(filled == "a{b=\"x\\\"'\\\\\\ny\", c='x\"\\'\\\\\\ny', d=`a\\b`}")
        #expect(throws: QueryError.self) { try query.filled(["namespace": .text("x"), "reporter": .text("a`b")]) }
    }

    @Test("lets a value stand for itself behind a regular expression's operator")
    func regularExpressions() throws {
        let query = try CanaryQuery(name: "q", text: SampleHoles.query("a{b=~\"${namespace}|\", c!~\"${namespace}\"}"))

        #expect(try query.filled(["namespace": .text("a.b|c")]) == "a{b=~\"a\\\\.b\\\\|c|\", c!~\"a\\\\.b\\\\|c\"}")
    }

    @Test("puts matchers, labels and durations outside of quotes, and nothing that changes the query's shape")
    func outside() throws {
        let text = SampleHoles.query("sum by (${pod}) (rate(a{${cohort}${match}}[${period}]))", more: "# view: kiali\n")
        let query = try CanaryQuery(name: "q", text: text)
        var holes = SampleHoles.workloads
        holes["match"] = .matchers(", x=\"y\"")
        holes["cohort"] = .matchers("a=\"b\"")

        #expect(try query.filled(holes) == "sum by (pod) (rate(a{a=\"b\", x=\"y\"}[300s]))")
        holes["period"] = .duration(.milliseconds(1500))
        #expect(try query.filled(holes).contains("[1500ms]"))
        holes["pod"] = .label("pod) (up) or sum by (x")
        #expect(throws: QueryError.self) { try query.filled(holes) }
        holes["pod"] = .text("pod")
        #expect(throws: QueryError.self) { try query.filled(holes) }
        holes["pod"] = nil
        let error = #expect(throws: QueryError.self) { try query.filled(holes) }
        #expect(error?.line == 7)
        #expect(error?.column == 9)
    }

    @Test("takes matchers in quotes for a mistake")
    func matchersInQuotes() throws {
        let query = try CanaryQuery(name: "q", text: SampleHoles.query("a{b=\"${cohorts}\"}"))

        #expect(throws: QueryError.self) { try query.filled(SampleHoles.workloads) }
    }

    @Test("leaves groups of regular expressions and comments as they are")
    func groups() throws {
        let text = SampleHoles.query("label_replace(a, \"x\", \"${1}${2}00\", \"y\", \"(.)(.)\") # ${pod}")
        let query = try CanaryQuery(name: "q", text: text)

        #expect(query.holes == [])
        #expect(try query.filled([:]) == query.expression)
    }

    @Test("names the line of what is wrong in a header")
    func badHeader() {
        func fault(_ text: String) -> QueryError? {
            do throws(QueryError) {
                _ = try CanaryQuery(name: "q", text: text)
                return nil
            } catch {
                return error
            }
        }

        #expect(fault("# asks: x\n# kind: sum\n# direction: none\n# unit: u\n# labels: pod\na\n")?.line == 2)
        #expect(fault("up\n")?.message.contains("asks") == true)
        #expect(fault(SampleHoles.query("", kind: "counter"))?.message.contains("no expression") == true)
        #expect(fault(SampleHoles.query("up", kind: "histogram"))?.line == 3)
        #expect(fault(SampleHoles.query("up", kind: "gauge", more: "# of: x\n"))?.line == 6)
        #expect(fault("") != nil)
    }

    @Test("reads files with carriage returns, blanks and tabs")
    func carriageReturns() throws {
        let text = SampleHoles.query("\tsum by (${pod}) (\n\ta)  \n\n").replacing("\n", with: "\r\n")
        let query = try CanaryQuery(name: "q", text: text)

        #expect(query.direction == .lower)
        #expect(query.expression == "\tsum by (${pod}) (\n\ta)")
        #expect(query.expressionLine == 6)
    }

    @Test("never traps on random text, and fills without a hole left")
    func random() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var state = seed
        let pieces = [
            "sum", " by ", "(", ")", "{", "}", "[", "]", "\"", "'", "`", "\\", "${pod}", "${", "}", "$", "#", "\n", "é",
            "a",
            "=~", "5m", ",", "or", "vector", "0", "@", "rate", "${match}", "\u{0}", "\t",
        ]
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<20 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int((state >> 33) % UInt64(pieces.count))]
            }
            let set = try? QuerySet.builtIn().adding([("own", SampleHoles.query(text))])
            let filled = try? set?["own"]?.filled(SampleHoles.workloads)
            #expect(filled?.contains("${pod}") != true || text.contains("#"), "\(text)")
        }
    }
}
