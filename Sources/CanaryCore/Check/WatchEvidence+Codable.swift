package import CanaryStatistics

extension WatchEvidence: Codable {
    private enum CodingKeys: String, CodingKey {
        case model
        case reference
        case state
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let stored = WatchEvidence(
            model: try container.decode(WatchModel.self, forKey: .model),
            reference: try container.decode(Double.self, forKey: .reference),
            state: try container.decode(PackedDoubles.self, forKey: .state).values
        )
        guard let stored else {
            throw DecodingError.dataCorruptedError(
                forKey: .state,
                in: container,
                debugDescription: "the evidence does not fit its model"
            )
        }
        self = stored
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(reference, forKey: .reference)
        try container.encode(PackedDoubles(state), forKey: .state)
    }
}
