//! `#[test]`, under every schedule.
//!
//! # Layout
//!
//! * one attribute: the body of the test becomes a function that the search calls

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// Makes a test of a function: it passes if the function returns under every schedule, or, with
/// `#[should_panic]`, if it panics under every schedule.
#[proc_macro_attribute]
pub fn test(_: TokenStream, item: TokenStream) -> TokenStream {
    wrap(item.clone()).unwrap_or_else(|| {
        let error = "::core::compile_error!(\"`#[test]` stands before a function\");";
        error.parse::<TokenStream>().into_iter().flatten().chain(item).collect()
    })
}

fn wrap(item: TokenStream) -> Option<TokenStream> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else { return None };
    if body.delimiter() != Delimiter::Brace {
        return None;
    }
    let is_fn =
        |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word.to_string() == "fn");
    let function = tokens.iter().position(is_fn)?;
    let name = tokens.get(function + 1)?.to_string();
    // `fn NAME ()`, and then what it returns.
    let returns: TokenStream = tokens.get(function + 3..)?.iter().cloned().collect();
    let (head, panics) = attributes(&tokens[..function]);
    let signature: TokenStream = tokens[function..function + 3].iter().cloned().collect();
    let body = TokenStream::from(TokenTree::Group(body));
    // The words of the student's keep their places in the source, and with them the lines of a story.
    let inner: TokenStream = "fn __body()".parse().ok()?;
    let inner: TokenStream = [inner, returns, body].into_iter().collect();
    let call = format!(
        "::std::__test(::core::concat!(::core::module_path!(), \"::\", {name:?}), {panics}, \
         || ::std::process::Termination::report(__body()))"
    );
    let call: TokenStream = call.parse().ok()?;
    let block: TokenStream = [inner, call].into_iter().collect();
    let block = TokenStream::from(TokenTree::Group(Group::new(Delimiter::Brace, block)));
    let test: TokenStream = "#[::core::prelude::v1::test]".parse().ok()?;
    Some([test, head, signature, block].into_iter().collect())
}

/// What stands before the function, without `#[should_panic]`, and whether that was there.
fn attributes(tokens: &[TokenTree]) -> (TokenStream, bool) {
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut panics = false;
    for token in tokens {
        let of_panics = matches!(token, TokenTree::Group(group)
            if group.stream().into_iter().next().is_some_and(|word| word.to_string() == "should_panic"));
        if of_panics {
            panics = true;
            kept.pop();
        } else {
            kept.push(token.clone());
        }
    }
    (kept.into_iter().collect(), panics)
}
