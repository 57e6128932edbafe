-- Who may sign in, and as what: Auth.js's callbacks in Lua. httpd reads this file again when
-- it changes.

-- Whose addresses may sign in with the OpenID Provider.
local domains = { ["example.org"] = true, ["example.com"] = true }

-- Everybody else is a reader.
local roles = { ["alice@example.org"] = "editor" }

-- false: refused. Credentials have no address: the password file is the list. A user has
-- one only if the provider vouches for it; what the provider wrote is in params.profile.
function signIn(params)
    if params.account.type == "credentials" then
        return true
    end
    local email = params.user.email
    return type(email) == "string" and domains[email:lower():match("@([^@]+)$")] == true
end

-- params.account is there while somebody signs in; what is in the token then stays in it.
function jwt(params)
    if params.account then
        local email = params.user.email
        params.token.role = type(email) == "string" and roles[email:lower()] or "reader"
    end
    return params.token
end

-- What the browser and the pages may see of the token.
function session(params)
    params.session.user.role = params.token.role
    return params.session
end
