import CanarySimulator
import Testing

@Suite struct DemoFilesTests {
    @Test("the route names both subsets, with weights that add up to 100", arguments: [-5, 0, 5, 100, 400])
    func route(percent: Int) {
        let lines = DemoFiles.virtualService(canaryPercent: percent).split(separator: "\n").map { $0.trimmed }
        let weights = lines.filter { $0.hasPrefix("weight:") }.compactMap { Int($0.split(separator: " ")[1]) }

        #expect(weights == [100 - min(max(percent, 0), 100), min(max(percent, 0), 100)])
        #expect(lines.contains("subset: v1"))
        #expect(lines.contains("subset: v2"))
        #expect(lines.contains("name: demo4-vs"))
    }

    @Test("the spec lists every target and takes other times")
    func spec() {
        let targets = ["http://127.0.0.1:1/a/stats/prometheus", "http://127.0.0.1:1/b/stats/prometheus"]
        let text = DemoFiles.spec(
            targets: targets,
            routeFile: "/tmp/a \"b\"\\c.yaml",
            pace: ["history": "3m", "unusual": "1s"]
        )
        let lines = text.split(separator: "\n").map { $0.trimmed }

        for target in targets { #expect(lines.contains("- \"\(target)\"")) }
        #expect(lines.contains("file: \"/tmp/a \\\"b\\\"\\\\c.yaml\""))
        #expect(lines.contains("history: 3m"))
        #expect(lines.contains("interval: 5s"))
        #expect(lines.contains("unusual: 1s"))
        #expect(text.hasSuffix("\n"))
        #expect(!text.contains("\t"))
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " })
    }
}
