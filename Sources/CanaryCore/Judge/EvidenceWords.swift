import CanaryStatistics

/// Log evidence as people bet: `240` of `240 : 1`.
enum EvidenceWords {
    static func odds(_ log: Double) -> String {
        log > 30 ? "over 10^13" : Phrase.count(Elementary.exp(max(log, 0)).rounded())
    }
}
