/// When pages call something what. They are printed beside what they decide.
public struct PageThresholds: Sendable, Hashable {
    /// A community is a desert with more than so many children under 3 for a filed place …
    public var desertChildrenPerPlace: Int
    /// … and at least so many children under 3.
    public var desertLeastChildren: Int
    /// A credential is said to expire soon within so many days after D.
    public var credentialDays: Int
    /// A filing is to be answered within so many working days after it was submitted.
    public var answerWorkingDays: Int
    /// How many rows lists of the largest have.
    public var listed: Int

    /// Thresholds; the defaults are a third of a place for a child, 30 children, 90 days, 5 working days, 10 rows.
    public init(
        desertChildrenPerPlace: Int = 3, desertLeastChildren: Int = 30, credentialDays: Int = 90, answerWorkingDays: Int = 5,
        listed: Int = 10
    ) {
        self.desertChildrenPerPlace = max(1, desertChildrenPerPlace)
        self.desertLeastChildren = max(0, desertLeastChildren)
        self.credentialDays = max(0, credentialDays)
        self.answerWorkingDays = max(0, answerWorkingDays)
        self.listed = max(1, listed)
    }
}
