import CanaryReport
import Testing

@Suite struct DataTableTests {
    @Test("a table has a caption, and headers that say what they head")
    func markup() throws {
        let html = DataTable(caption: "A & B", header: ["Time", "v<1>"], rows: [["0", "1 %"], ["5 min", "2 %"]]).html
        #expect(html.contains("<caption>A &amp; B</caption>"))
        #expect(html.contains("<th scope=\"col\">Time</th><th scope=\"col\">v&lt;1&gt;</th>"))
        #expect(html.contains("<tr><th scope=\"row\">5 min</th><td>2 %</td></tr>"))
        try expectWellFormed(html)
    }

    @Test("long tables are thinned evenly, keep their ends, and say so")
    func thinning() {
        for count in [0, 1, 59, 60, 61, 119, 120, 121, 5000] {
            let table = DataTable(caption: "x", header: ["n"], rows: (0..<count).map { ["\($0)"] }).thinned()
            #expect(table.rows.count <= DataTable.mostRows, "\(count)")
            #expect(table.rows.first == (count > 0 ? ["0"] : nil))
            #expect(table.rows.last == (count > 0 ? ["\(count - 1)"] : nil))
            #expect((table.caption == "x") == (count <= 60), "\(count): \(table.caption)")
        }
    }

    @Test("a chart's table has the values with their units, limits, and what happened since the row before")
    func time() {
        let table = SampleCharts.errors.table
        #expect(table.header == ["Time", "stable v1", "canary v2", "95 % band", "95 % band", "Event"])
        #expect(table.rows.first?.first == "20 s")
        #expect(table.rows.contains { $0[0] == "2 min" && $0[5] == "promoted to 5 %" })
        #expect(table.rows.contains { $0[0] == "10 min 40 s" && $0[1] == "–" })
        #expect(SampleCharts.errors(points: 320).table.rows.count <= 60)
        #expect(SampleCharts.evidence.table.caption.contains("harm at 1,000 : 1"))
    }

    @Test("steps without a point of their own have the value that holds")
    func steps() {
        let table = SampleCharts.split.table
        #expect(table.header == ["Time", "observed", "intended"])
        #expect(table.rows.contains { $0 == ["14 min 30 s", "9.8 %", "10 %"] })
    }

    @Test("the distribution's table has a row a bucket, the open one too")
    func distribution() {
        let rows = SampleCharts.distribution.table.rows
        #expect(rows.count == 9)
        #expect(rows[2] == ["25 ms", "500", "60 %", "20", "24 %"])
        #expect(rows.last == ["> 1 s", "0", "100 %", "2", "100 %"])
    }
}
