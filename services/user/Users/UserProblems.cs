using MessageBoard.Shared.Http;

namespace MessageBoard.UserService.Users;

/// <summary>The texts of this service's problems.</summary>
internal static class UserProblems
{
    public static readonly ProblemText
        Missing = new("missing", "is missing.", "값이 없습니다."),
        Name = new(
            "name", "has to be {0} to {1} letters, digits, '_', '.' or '-', of which each can be seen.",
            "글자, 숫자, '_', '.', '-'로 된 {0}~{1}자여야 하며 모두 눈에 보이는 글자여야 합니다."),
        PasswordLength = new(
            "length", "has to be {0} to {1} characters; blanks in a row count as one.",
            "{0}~{1}자여야 합니다. 연속된 공백은 한 글자로 셉니다."),
        PasswordCommon = new(
            "common", "is too easily guessed: it is one of the commonest, or made of one.",
            "너무 쉽게 알아낼 수 있습니다. 가장 흔한 비밀번호이거나 그것으로 만든 것입니다."),
        NoPassword = new("missing", "is missing, or longer than any password.", "없거나 어떤 비밀번호보다도 깁니다."),
        WrongPassword = new("wrong", "is not your password.", "현재 비밀번호가 아닙니다."),
        NameTaken = new(
            "nameTaken", "This user name is taken, or looks like one that is.", "이미 쓰이고 있거나 그와 비슷해 보이는 사용자 이름입니다."),
        AdminsFile = new(
            "adminsFile", "The admin's password is that of a file: change it there, and start user-service again.",
            "관리자의 비밀번호는 파일에 있습니다. 그 파일에서 바꾼 뒤 user-service를 다시 시작하세요."),
        WrongCredentials = new(
            "wrongCredentials", "There is no user with this name and password.", "이 이름과 비밀번호를 가진 사용자가 없습니다."),
        TooManyRegistrations = new(
            "tooManyRegistrations", "There were too many registrations from this address. Try again in {0} s.",
            "이 주소에서 가입이 너무 많았습니다. {0}초 뒤에 다시 시도하세요."),
        TooManyFailures = new(
            "tooManyFailures", "There were too many failed attempts to log in. Try again in {0} s.",
            "로그인 실패가 너무 많았습니다. {0}초 뒤에 다시 시도하세요."),
        TooManyWrongPasswords = new(
            "tooManyWrongPasswords", "The password was wrong too often. Try again in {0} s.",
            "비밀번호가 너무 자주 틀렸습니다. {0}초 뒤에 다시 시도하세요."),
        Busy = new(
            "busy", "Too many people log in at this moment. Try again in {0} s.",
            "지금 로그인하는 사람이 너무 많습니다. {0}초 뒤에 다시 시도하세요."),
        LookupCount = new("range", "has to be given 1 to {0} times.", "1~{0}번 주어져야 합니다.");
}
