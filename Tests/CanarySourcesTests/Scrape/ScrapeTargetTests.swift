import CanarySources
import Testing

@Suite("ScrapeTarget")
struct ScrapeTargetTests {
    @Test(
        "a target's name is what tells it from the others, without credentials and query",
        arguments: [
            (
                ["http://10.0.0.1:15020/stats/prometheus", "http://10.0.0.2:15020/stats/prometheus"],
                ["10.0.0.1:15020", "10.0.0.2:15020"]
            ),
            (
                ["http://127.0.0.1:8/v1-0/stats/prometheus", "http://127.0.0.1:8/v2-0/stats/prometheus"],
                ["v1-0", "v2-0"]
            ),
            (
                ["http://h/a/metrics", "http://h/b/metrics", "http://i/a/metrics"],
                ["h/a/metrics", "h/b/metrics", "i/a/metrics"]
            ),
            (["http://h/metrics", "http://h/a/metrics"], ["/metrics", "a"]),
            (["http://h/a", "http://h/a/metrics"], ["h/a", "h/a/metrics"]),
            (["http://h/a", "https://h/a"], ["h/a", "h/a#2"]),
            (["http://h/a?pod=1&token=secret", "http://h/a?pod=2&token=secret"], ["h/a", "h/a#2"]),
            (["http://user:secret@h:1/a"], ["h:1"]),
            (["http://user:secret@h:1/a", "http://other:secret@h:1/a"], ["h:1/a", "h:1/a#2"]),
            (["http://h:1?token=a/b@c"], ["h:1"]),
            (["http://[::1]:9901/stats/prometheus"], ["[::1]:9901"]),
            (["http://h/a#2", "http://h/a", "http://h/a#3"], ["h/a", "h/a#2", "h/a#3"]),
            (["", "x", "http://"], ["", "x", "#2"]),
        ] as [([String], [String])]
    )
    func names(urls: [String], names: [String]) {
        let targets = ScrapeTarget.named(urls)
        #expect(targets.map(\.url) == urls)
        #expect(targets.map(\.name) == names)
        #expect(Set(targets.map(\.name)).count == targets.count)
        #expect(!targets.contains { $0.name.contains("secret") })
    }

    @Test("a URL that is given twice is asked once")
    func duplicates() {
        #expect(ScrapeTarget.named(["http://a/", "http://b/", "http://a/"]).map(\.name) == ["a", "b"])
        #expect(ScrapeTarget.named([]).isEmpty)
    }
}
