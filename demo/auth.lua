-- Who may sign in, and as what: Auth.js's callbacks in Lua. httpd reads this file again when
-- it changes.

-- Whose addresses may sign in with an OpenID Provider.
local domains = { ["example.org"] = true, ["example.com"] = true }

-- Everybody else is a reader.
local roles = { ["alice@example.org"] = "editor" }

-- false: refused. Credentials have no address: the password file is the list. A passkey has
-- none, either: whoever makes one is let in. A user has one only if the provider vouches for
-- it; what the provider wrote is in params.profile.
function signIn(params)
    if params.account.type == "credentials" or params.account.type == "webauthn" then
        return true
    end
    local email = params.user.email
    return type(email) == "string" and domains[email:lower():match("@([^@]+)$")] == true
end

-- What the browser and the pages see. params.session is the whole row, with its token: not
-- for them.
function session(params)
    local user = params.user
    local email = user.email
    return {
        expires = params.session.expires,
        user = {
            id = user.id,
            name = user.name,
            email = email,
            image = user.image,
            role = type(email) == "string" and roles[email:lower()] or "reader",
        },
    }
end

-- Which pages are whose. httpd.conf asks it about the editors' page.
function authorized(params)
    return params.auth ~= nil and params.auth.user.role == "editor"
end
